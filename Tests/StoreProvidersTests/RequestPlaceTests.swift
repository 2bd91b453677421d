import NIOCore
import NIOHTTP1
import ObjectStore
import Synchronization
import Testing

@testable import StoreProviders
@testable import StoreTransport

/// A place at the gate is an attempt's: nothing that waits, and no other request, has it.
@Suite struct RequestPlaceTests {
    private struct Sink: BodySink {
        func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
            completion(.success(()))
        }
    }

    @Test(arguments: [false, true], [false, true])
    func isGivenBackAtTheEndOfTheBody(_ isCut: Bool, _ isDrained: Bool) async {
        let gate = RequestGate(window: 4)
        let response = await response(gate, isCut: isCut)
        #expect(!(await isFree(gate)))
        do {
            if isDrained {
                try await response.body.drain(into: Sink())
            } else {
                for try await _ in response.body {}
            }
            #expect(!isCut)
        } catch {
            #expect(isCut)
        }
        // Whoever read it may keep it for as long as it likes.
        #expect(await isFree(gate))
        #expect(response.status == 200)
    }

    @Test(arguments: [false, true])
    func isGivenBackWithABodyThatNobodyReads(_ isBegun: Bool) async throws {
        let gate = RequestGate(window: 4)
        var response: HTTPResponse? = await response(gate, isCut: false)
        if isBegun, let body = response?.body {
            for try await _ in body { break }
        }
        #expect(!(await isFree(gate)))
        response = nil
        #expect(await isFree(gate))
    }

    /// Of a request that has the only place.
    private func response(_ gate: RequestGate, isCut: Bool) async -> HTTPResponse {
        let place = await gate.enter()
        place.toldToSlowDown()
        return HTTPResponse(status: 200, headers: [:], body: Chunks(count: 3, isCut: isCut)).holding(place)
    }

    /// The store wants one request at a time, and answers with faults before it answers well.
    @Test func isGivenBackBeforeEachWaitAndEachOtherRequest() async throws {
        let transport = SlowStore(faults: 3)
        let context = S3Context(
            transport: transport, identities: AnonymousIdentity(),
            endpoint: try S3Endpoint("assets", S3Configuration(S3Overrides(), Self.environment)), bucket: "assets",
            retries: RetryContext(policy: RetryPolicy(attempts: 8, budget: 3600), log: RetryLog(), window: 4),
            wantsChecksums: false, encryptionKey: nil, now: { 0 })
        let store = S3Store(context)
        let sizes = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<16 {
                group.addTask { try await store.head(ObjectKey("\(number)")).size }
            }
            return try await group.reduce(0, +)
        }
        #expect(sizes == 16 * 7)
        #expect(await isFree(context.retries.gate))
    }

    private static let environment = ProviderEnvironment(
        variables: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"], now: { 0 })

    private func isFree(_ gate: RequestGate) async -> Bool {
        let entered = Mutex(false)
        let task = Task {
            let pass = await gate.enter()
            entered.withLock { $0 = true }
            pass.end()
        }
        for _ in 0..<200 where !entered.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(1)) }
        let isFree = entered.withLock { $0 }
        task.cancel()
        return isFree
    }
}

/// Answers each object's first requests with 503.
private final class SlowStore: HTTPTransport {
    private let faults: Int
    private let counts = Mutex<[String: Int]>([:])

    init(faults: Int) { self.faults = faults }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let count = counts.withLock { counts in
            counts[request.url.target, default: 0] += 1
            return counts[request.url.target, default: 0]
        }
        await Task.yield()
        return HTTPResponse(
            status: count <= faults ? 503 : 200, headers: ["content-length": "7"], body: Chunks(count: 0, isCut: false))
    }
}

private struct Chunks: BodyStream {
    typealias Failure = any Error

    let count: Int
    let isCut: Bool

    func makeAsyncIterator() -> Iterator { Iterator(left: count, isCut: isCut) }

    struct Iterator: AsyncIteratorProtocol {
        var left: Int
        let isCut: Bool

        mutating func next() async throws -> ByteBuffer? {
            guard left > 0 else {
                if isCut { throw HTTPFailure(.closed, "the connection ended") }
                return nil
            }
            left -= 1
            return ByteBuffer(string: "chunk")
        }
    }
}
