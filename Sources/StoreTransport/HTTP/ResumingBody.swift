package import NIOCore
internal import ObjectStore

/// The bytes of an object. Where the connection breaks, a new request asks for the rest of the same content.
///
/// Throws `StoreError`.
package struct ResumingBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer
    package typealias Failure = any Error

    /// In messages.
    let address: String
    let range: Range<Int64>
    /// Of an answer that has begun.
    let opened: any AsyncSequence<ByteBuffer, any Error> & Sendable
    let context: RetryContext
    let reopen: Reopen

    /// Asks for the rest of the object. Throws `StoreError`.
    package typealias Reopen =
        @Sendable (Range<Int64>) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable

    package init(
        address: String, range: Range<Int64>, opened: any AsyncSequence<ByteBuffer, any Error> & Sendable,
        context: RetryContext, reopen: @escaping Reopen
    ) {
        self.address = address
        self.range = range
        self.opened = opened
        self.context = context
        self.reopen = reopen
    }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: ResumingBody
        fileprivate var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
        fileprivate var state: RetryState
        /// Where the next byte belongs.
        fileprivate var offset: Int64
        /// What arrived since a connection broke for the last time, in bytes.
        private var arrived = 0

        /// So many bytes count as progress: a connection that breaks after a few each time is retried no more often than one
        /// that brings nothing.
        private static let leastProgress = 64 << 10

        fileprivate init(_ source: ResumingBody) {
            self.source = source
            chunks = source.opened.makeAsyncIterator()
            state = RetryState(.get, address: source.address, source.context)
            offset = source.range.lowerBound
        }

        private mutating func received(_ count: Int) {
            arrived += count
            if arrived >= Self.leastProgress { state.progressed() }
        }

        @concurrent package mutating func next() async throws -> ByteBuffer? {
            while true {
                do {
                    guard let chunk = try await chunks.next() else {
                        if offset >= source.range.upperBound { return nil }
                        throw HTTPFailure(.closed, .endedEarly)
                    }
                    offset += Int64(chunk.readableBytes)
                    received(chunk.readableBytes)
                    return chunk
                } catch let failure as HTTPFailure {
                    try await reopen(after: failure)
                }
            }
        }

        private mutating func reopen(after failure: HTTPFailure) async throws {
            // Closes the connection, which other requests can use the place of; the pass was given back with the failure.
            chunks = Ended()
            arrived = 0
            var error = StoreError(
                .unavailable, operation: .get, address: source.address, detail: failure.detail,
                notes: [CallNote.received(offset, of: source.range.upperBound)])
            error.cause = .failing
            guard failure.kind != .cancelled, !Task.isCancelled else { throw error }
            // All of it came before the failure; a reader refuses more than that.
            if offset >= source.range.upperBound, offset > source.range.lowerBound { return }
            try await state.wait(RetryReason(failure.detail), orThrow: error)
            chunks = try await source.reopen(offset..<source.range.upperBound).makeAsyncIterator()
        }
    }

    /// The end of a body.
    private struct Ended: AsyncIteratorProtocol {
        mutating func next() async throws -> ByteBuffer? { nil }
    }
}
