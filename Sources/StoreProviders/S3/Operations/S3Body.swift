internal import NIOCore
internal import ObjectStore

/// The bytes of an opened object. Where the connection breaks, it goes on from there with a new request for the rest,
/// pinned to the same entity tag.
///
/// Throws `StoreError`.
struct S3Body: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let store: S3Store
    let key: ObjectKey
    let opened: S3Opened
    let retries: Retries

    func makeAsyncIterator() -> Iterator {
        Iterator(
            source: Source(store: store, key: key, range: opened.range, entityTag: opened.attributes.entityTag),
            reply: opened.reply, chunks: opened.reply.response.body.makeAsyncIterator(), retries: retries,
            offset: opened.range.lowerBound)
    }

    /// What the rest is asked for by.
    struct Source {
        let store: S3Store
        let key: ObjectKey
        let range: Range<Int64>
        let entityTag: String?
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: Source
        /// Keeps the request's place for as long as its answer is read.
        fileprivate var reply: S3Reply
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
                .unavailable, operation: "get", address: source.store.address(of: source.key), detail: failure.detail,
                notes: ["\(offset) of \(source.range.upperBound) bytes had come"])
            guard failure.kind != .cancelled, !Task.isCancelled else { throw error }
            // All of it came, and what went wrong is behind it.
            if offset == source.range.upperBound, offset > source.range.lowerBound {
                return chunks = Nothing()
            }
            let context = source.store.requester.context
            let reason = RetryReason(failure.detail)
            guard let seconds = retries.wait(after: reason, now: context.uptime(), random: context.random()) else {
                throw error
            }
            context.log.note(reason)
            guard await context.sleep(seconds) else { throw error }
            try await reopen()
        }

        private mutating func reopen() async throws {
            let rest = offset..<source.range.upperBound
            let opened = try await source.store.open(source.key, GetOptions(range: rest, entityTag: source.entityTag))
            reply = opened.reply
            chunks = opened.reply.response.body.makeAsyncIterator()
        }
    }

    /// The end of a body.
    private struct Nothing: AsyncIteratorProtocol {
        mutating func next() async throws -> ByteBuffer? { nil }
    }
}
