internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import Synchronization

/// What happens to a request, as it happens.
package enum RequestEvent: Sendable {
    case sent(SentRequest)
    /// Its answer has begun, or it has failed.
    case answered(SentRequest)
    /// All is over that has to do with it. Told where `RequestWatch.followsBodies` says so.
    case ended(SentRequest, status: Int, bytes: Int64)
    case failed(SentRequest, HTTPFailure)
}

/// A request that was sent.
package struct SentRequest: Sendable {
    /// From 1, of those of a run.
    package let number: Int
    package let method: String
    package let start: ContinuousClock.Instant
    fileprivate let url: HTTPURL
    fileprivate let showsPath: Bool

    /// With the port where it is not the scheme's own.
    package var host: String { url.authority }

    /// Nil where it may be a secret: of a credential provider.
    package var path: String? { showsPath ? String(url.path) : nil }
}

/// Who is told of requests.
package struct RequestWatch: Sendable {
    /// Whether bodies are counted to their ends.
    let followsBodies: Bool
    /// Called from many tasks; must not block.
    let tell: @Sendable (RequestEvent) -> Void

    package init(followsBodies: Bool, tell: @escaping @Sendable (RequestEvent) -> Void) {
        self.followsBodies = followsBodies
        self.tell = tell
    }
}

/// A transport whose requests are told of. Queries are left out: they may be signed.
package struct WatchedTransport: HTTPTransport {
    private let base: any HTTPTransport
    private let watch: RequestWatch
    private let showsPaths: Bool

    private static let count = Mutex(0)

    private init(_ base: any HTTPTransport, _ watch: RequestWatch, showsPaths: Bool) {
        self.base = base
        self.watch = watch
        self.showsPaths = showsPaths
    }

    /// - Parameter showsPaths: false for requests to credential providers, whose paths may be secrets.
    package static func of(_ base: any HTTPTransport, _ log: RetryLog, showsPaths: Bool) -> any HTTPTransport {
        guard let watch = log.requests else { return base }
        return WatchedTransport(base, watch, showsPaths: showsPaths)
    }

    package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let sent = SentRequest(
            number: Self.count.withLock { count in
                count += 1
                return count
            },
            method: request.method.rawValue, start: .now, url: request.url, showsPath: showsPaths)
        watch.tell(.sent(sent))
        do throws(HTTPFailure) {
            let response = try await base.send(request)
            watch.tell(.answered(sent))
            guard watch.followsBodies else { return response }
            let body = CountedBody(base: response.body, count: BodyCount(sent, status: response.status, watch))
            return HTTPResponse(
                status: response.status, headers: response.headers, body: body, wait: response.wait)
        } catch {
            watch.tell(.answered(sent))
            watch.tell(.failed(sent, error))
            throw error
        }
    }
}

/// How much of a body was read; told with the last reference to it, as not every body is read to its end.
///
/// A class for its end.
private final class BodyCount: Sendable {
    private let request: SentRequest
    private let status: Int
    private let watch: RequestWatch
    private let bytes = Mutex<Int64>(0)

    init(_ request: SentRequest, status: Int, _ watch: RequestWatch) {
        self.request = request
        self.status = status
        self.watch = watch
    }

    func add(_ count: Int) { bytes.withLock { $0 += Int64(count) } }

    deinit { watch.tell(.ended(request, status: status, bytes: bytes.withLock { $0 })) }
}

private struct CountedBody: BodyStream {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: any BodyStream
    let count: BodyCount

    func makeAsyncIterator() -> Iterator { Iterator(chunks: base.makeAsyncIterator(), count: count) }

    func drain(into sink: any BodySink) async throws {
        try await base.drain(into: Sink(base: sink, count: count))
    }

    private struct Sink: BodySink {
        let base: any BodySink
        let count: BodyCount

        func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
            count.add(piece.readableBytes)
            base.take(piece, completion: completion)
        }
    }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
        let count: BodyCount

        @concurrent mutating func next() async throws -> ByteBuffer? {
            let chunk = try await chunks.next()
            count.add(chunk?.readableBytes ?? 0)
            return chunk
        }
    }
}
