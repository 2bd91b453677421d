internal import NIOCore
internal import ObjectStore

/// The bytes of an opened object. Where the connection breaks, it goes on from there with a new request for the rest,
/// pinned to the same content.
///
/// Throws `StoreError`.
struct ResumingBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    /// An answer that has begun.
    struct Opened: Sendable {
        let body: any AsyncSequence<ByteBuffer, any Error> & Sendable
        /// The request's place, kept for as long as its answer is read.
        let pass: RequestGate.Pass
    }

    /// In messages.
    let address: String
    let range: Range<Int64>
    let opened: Opened
    let context: RetryContext
    /// Asks for the rest.
    let reopen: @Sendable (Range<Int64>) async throws(StoreError) -> Opened

    func makeAsyncIterator() -> Iterator {
        Iterator(
            source: self, pass: opened.pass, chunks: opened.body.makeAsyncIterator(),
            retries: Retries(context.policy), offset: range.lowerBound)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: ResumingBody
        fileprivate var pass: RequestGate.Pass
        fileprivate var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
        fileprivate var retries: Retries
        /// Where the next byte belongs.
        fileprivate var offset: Int64

        @concurrent mutating func next() async throws -> ByteBuffer? {
            while true {
                do {
                    guard let chunk = try await chunks.next() else {
                        if offset >= source.range.upperBound { return nil }
                        throw HTTPFailure(.closed, "the answer ended early")
                    }
                    if chunk.readableBytes > 0 { retries.progressed() }
                    offset += Int64(chunk.readableBytes)
                    return chunk
                } catch let failure as HTTPFailure {
                    try await goOn(after: failure)
                }
            }
        }

        private mutating func goOn(after failure: HTTPFailure) async throws {
            let error = StoreError(
                .unavailable, operation: "get", address: source.address, detail: failure.detail,
                notes: ["\(offset) of \(source.range.upperBound) bytes had come"])
            guard failure.kind != .cancelled, !Task.isCancelled else { throw error }
            // All of it came, and what went wrong is behind it.
            if offset == source.range.upperBound, offset > source.range.lowerBound {
                return chunks = Nothing()
            }
            let context = source.context
            let reason = RetryReason(failure.detail)
            guard let seconds = retries.wait(after: reason, now: context.uptime(), random: context.random()) else {
                throw error
            }
            context.log.note(reason)
            guard await context.sleep(seconds) else { throw error }
            let opened = try await source.reopen(offset..<source.range.upperBound)
            pass = opened.pass
            chunks = opened.body.makeAsyncIterator()
        }
    }

    /// The end of a body.
    private struct Nothing: AsyncIteratorProtocol {
        mutating func next() async throws -> ByteBuffer? { nil }
    }
}
