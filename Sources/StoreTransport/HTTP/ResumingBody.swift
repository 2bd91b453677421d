package import NIOCore
package import ObjectStore
internal import Synchronization

/// The bytes of an object. Where the connection breaks, a new request asks for the rest of the same content.
///
/// Throws `StoreError`.
package struct ResumingBody: BodyStream {
    package typealias Element = ByteBuffer
    package typealias Failure = any Error

    /// In messages.
    let address: String
    let range: Range<Int64>
    /// Of an answer that has begun.
    let opened: any BodyStream
    let context: RetryContext
    let reopen: Reopen

    /// Asks for the rest of the object. Throws `StoreError`.
    package typealias Reopen =
        @Sendable (Range<Int64>) async throws -> any BodyStream

    package init(
        address: String, range: Range<Int64>, opened: any BodyStream,
        context: RetryContext, reopen: @escaping Reopen
    ) {
        self.address = address
        self.range = range
        self.opened = opened
        self.context = context
        self.reopen = reopen
    }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }

    package func drain(into sink: any BodySink) async throws {
        let arrival = Arrival(of: self, at: sink)
        var next: (any BodyStream)? = opened
        while let body = next.take() {
            do {
                try await body.drain(into: arrival)
                if arrival.progress.isComplete { return }
                throw HTTPFailure(.closed, .endedEarly)
            } catch let failure as HTTPFailure {
                next = try await arrival.reopen(after: failure)
            }
        }
    }

    package struct Iterator: AsyncIteratorProtocol {
        private var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
        private var progress: Progress

        fileprivate init(_ source: ResumingBody) {
            chunks = source.opened.makeAsyncIterator()
            progress = Progress(of: source)
        }

        @concurrent package mutating func next() async throws -> ByteBuffer? {
            while true {
                do {
                    guard let chunk = try await chunks.next() else {
                        if progress.isComplete { return nil }
                        throw HTTPFailure(.closed, .endedEarly)
                    }
                    progress.received(chunk.readableBytes)
                    return chunk
                } catch let failure as HTTPFailure {
                    // Closes the connection, which other requests can use the place of; the pass was given back with the
                    // failure.
                    chunks = Ended()
                    if let rest = try await progress.reopen(after: failure) { chunks = rest.makeAsyncIterator() }
                }
            }
        }
    }

    /// The end of a body.
    private struct Ended: AsyncIteratorProtocol {
        mutating func next() async throws -> ByteBuffer? { nil }
    }
}

/// How far a body is.
private struct Progress {
    private let source: ResumingBody
    private var state: RetryState
    /// Where the next byte belongs.
    private var offset: Int64
    /// What arrived since a connection broke for the last time, in bytes.
    private var arrived = 0

    /// So many bytes count as progress: a connection that breaks after a few each time is retried no more often than one
    /// that brings nothing.
    private static let leastProgress = 64 << 10

    init(of source: ResumingBody) {
        self.source = source
        state = RetryState(.get, address: source.address, source.context)
        offset = source.range.lowerBound
    }

    var isComplete: Bool { offset >= source.range.upperBound }

    mutating func received(_ count: Int) {
        offset += Int64(count)
        arrived += count
        if arrived >= Self.leastProgress { state.progressed() }
    }

    /// Asks for the rest, where the connection broke.
    ///
    /// - Returns: nil where all of it came before the failure; a reader refuses more than that.
    /// - Throws: `StoreError`
    mutating func reopen(after failure: HTTPFailure) async throws -> (any BodyStream)? {
        arrived = 0
        var error = StoreError(
            .unavailable, operation: .get, address: source.address, detail: failure.detail,
            notes: [CallNote.received(offset, of: source.range.upperBound)])
        error.cause = .failing
        guard failure.kind != .cancelled, !Task.isCancelled else { throw error }
        if isComplete, offset > source.range.lowerBound { return nil }
        try await state.wait(RetryReason(failure.detail), orThrow: error)
        return try await source.reopen(offset..<source.range.upperBound)
    }
}

/// Counts what arrives on its way to a sink, from one connection after the other.
///
/// A class because the event loops of the connections and the task that waits for them share it.
private final class Arrival: BodySink {
    private let sink: any BodySink
    private let state: Mutex<Progress>

    init(of source: ResumingBody, at sink: any BodySink) {
        self.sink = sink
        state = Mutex(Progress(of: source))
    }

    var progress: Progress { state.withLock { $0 } }

    func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        state.withLock { $0.received(piece.readableBytes) }
        sink.take(piece, completion: completion)
    }

    func reopen(after failure: HTTPFailure) async throws -> (any BodyStream)? {
        var progress = progress
        defer { state.withLock { $0 = progress } }
        return try await progress.reopen(after: failure)
    }
}
