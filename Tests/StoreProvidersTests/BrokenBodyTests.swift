import NIOCore
import NIOHTTP1
import ObjectStore
import Testing

@testable import StoreProviders
@testable import StoreTransport

@Suite("Bodies that break") struct BrokenBodyTests {
    /// What was left to ask for ended before it began, and that ended the process.
    @Test(
        "after more than was asked for came, nothing is asked for", arguments: ["234567", "23456789", "234567890123"])
    func moreThanWasAskedFor(body: String) async throws {
        let environment = ProviderEnvironment(variables: [:]) { 0 }
        let configuration = try S3Configuration(S3Overrides(), environment)
        let store = S3Store(
            S3Context(
                transport: BreakingServer(body: body), identities: AnonymousIdentity(),
                endpoint: try S3Endpoint("acme", configuration), bucket: "acme",
                retries: RetryContext(policy: RetryPolicy(attempts: 3, budget: 30), log: RetryLog(), window: 4),
                wantsChecksums: true, encryptionKey: nil, now: environment.now))
        let download = try await store.get(ObjectKey("a"), GetOptions(range: 2..<8))
        guard case .stream(let chunks) = download.body else { return }
        var content = ByteBuffer()
        for try await chunk in chunks { content.writeImmutableBuffer(chunk) }
        #expect(String(buffer: content).hasPrefix("234567"))
    }
}

/// Answers for a range without its length, and breaks the connection behind it.
private struct BreakingServer: HTTPTransport {
    let body: String

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        HTTPResponse(
            status: 206, headers: ["content-range": "bytes 2-7/20", "etag": "\"x\""], body: Chunks(body: body))
    }

    private struct Chunks: BodyStream {
        let body: String

        func makeAsyncIterator() -> Iterator { Iterator(body: body) }

        struct Iterator: AsyncIteratorProtocol {
            var body: String?

            mutating func next() async throws -> ByteBuffer? {
                guard let text = body else { throw HTTPFailure(.closed, "the connection ended") }
                body = nil
                return ByteBuffer(string: text)
            }
        }
    }
}
