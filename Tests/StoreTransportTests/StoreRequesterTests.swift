import AssetModel
import NIOCore
import NIOHTTP1
import ObjectStore
import Synchronization
import Testing

@testable import StoreTransport

/// A dialect of three statuses, to which nothing of a cloud belongs: 401 has a remedy, 503 passes, the rest fails.
private final class PlainDialect: StoreDialect {
    struct Call: StoreCall {
        let operation = StoreOperation.get
        let address = "plain://object"
        let hasBody = false
    }

    struct Fault: ServiceFault {
        let status: Int
        var answer: ServiceAnswer { ServiceAnswer(status: status, code: nil, message: nil) }
        var handling: FaultHandling<String> {
            switch status {
            case 401: .apply("new token")
            case 503: .retry(RetryReason("503"), slowsDown: false)
            default: .fail(.notFound)
            }
        }

        init(status: Int, headers: HTTPHeaders, body: [UInt8]) { self.status = status }

        func redacted(_ redaction: Redaction) -> Fault { self }
    }

    struct Signed: SignedRequest {
        let request: HTTPRequest
    }

    let server: PlainServer
    let retries = RetryContext(policy: RetryPolicy(attempts: 3, budget: 3600), log: RetryLog(), window: 1)
    let certificatesVariable = "SSL_CERT_FILE"
    /// How often the remedy was applied.
    let applied = Mutex(0)

    init(_ server: PlainServer) { self.server = server }

    var transport: any HTTPTransport { server }

    func identity(for _: Call) async throws -> Int { applied.withLock { $0 } }

    func sign(_ call: Call, as identity: Int) -> Signed {
        let url = HTTPURL(scheme: .https, host: "store.example", target: "/object")
        return Signed(request: HTTPRequest(.GET, url, headers: ["authorization": "token-\(identity)"]))
    }

    func apply(
        _ remedy: String, to fault: Fault, of signed: Signed?, _ requester: StoreRequester<PlainDialect>
    ) async -> Bool {
        applied.withLock { $0 += 1 }
        return true
    }

    func kind(of fault: Fault, after remedy: String) -> StoreError.Kind { .unauthenticated }

    func completed(_ error: StoreError, for failed: FailedCall<PlainDialect>) -> StoreError {
        var error = error
        if let remedy = failed.remedy { error.note(remedy) }
        return error
    }

    func endpoint(_ signed: Signed?) -> CallNote? { signed.map { .endpoint($0.request.url.origin, nil) } }
}

/// Answers in turn with a status, and with the last one from then on; 0 is a connection that ends before an answer.
private final class PlainServer: HTTPTransport {
    private let statuses: [Int]
    let tokens = Mutex<[String]>([])

    init(_ statuses: [Int]) { self.statuses = statuses }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let number = tokens.withLock { tokens in
            tokens.append(request.headers.first(name: "authorization") ?? "")
            return tokens.count
        }
        let status = statuses[min(number, statuses.count) - 1]
        guard status > 0 else { throw HTTPFailure(.closed, "connection reset") }
        return HTTPResponse(status: status, headers: [:], body: ScriptedBody(pieces: ["body"]))
    }
}

@Suite("Calls of any dialect") struct StoreRequesterTests {
    enum Outcome: Equatable {
        case body(String)
        case error(StoreError.Kind, [AnyErrorDetail])

        static func error(_ kind: StoreError.Kind, _ details: any ErrorDetail...) -> Outcome {
            .error(kind, details.map(AnyErrorDetail.init))
        }

        static let read = Outcome.body("body")

        static func status(_ status: Int) -> ServiceAnswer { ServiceAnswer(status: status, code: nil, message: nil) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let statuses: [Int]
        var idempotency = Idempotency.idempotent
        /// The body, or the error's detail and notes.
        let outcome: Outcome
        /// The number of each attempt's token.
        let tokens: [Int]
    }

    private static let cases = [
        Case(testDescription: "success", statuses: [200], outcome: .read, tokens: [0]),
        Case(testDescription: "a transient fault", statuses: [503, 200], outcome: .read, tokens: [0, 0]),
        Case(testDescription: "a lost answer", statuses: [0, 0, 200], outcome: .read, tokens: [0, 0, 0]),
        Case(testDescription: "a fault with a remedy", statuses: [401, 200], outcome: .read, tokens: [0, 1]),
        Case(
            testDescription: "a remedy is applied once", statuses: [401],
            outcome: .error(.unauthenticated, Outcome.status(401), "new token"), tokens: [0, 1]),
        Case(testDescription: "a fault", statuses: [404], outcome: .error(.notFound, Outcome.status(404)), tokens: [0]),
        Case(
            testDescription: "no more attempts than are allowed", statuses: [503],
            outcome: .error(.unavailable, Outcome.status(503), CallNote.failedAfter(attempts: 3)), tokens: [0, 0, 0]),
        Case(
            testDescription: "a request that may have taken effect", statuses: [0, 200], idempotency: .notIdempotent,
            outcome: .error(.unavailable, HTTPFailureDetail.said("connection reset")), tokens: [0]),
        Case(
            testDescription: "one that has not", statuses: [401, 200], idempotency: .notIdempotent, outcome: .read,
            tokens: [0, 1]),
    ]

    @Test(arguments: cases) func outcome(call: Case) async {
        let server = PlainServer(call.statuses)
        let requester = StoreRequester(dialect: PlainDialect(server))
        do throws(StoreError) {
            let body = try await requester.perform(PlainDialect.Call(), call.idempotency) { reply in
                String(decoding: try await reply.response.readBody(limit: 10), as: UTF8.self)
            }
            #expect(.body(body) == call.outcome)
        } catch {
            #expect(.error(error.kind, [error.detail].compactMap(\.self) + error.notes) == call.outcome)
        }
        #expect(server.tokens.withLock { $0 } == call.tokens.map { "token-\($0)" })
    }

    @Test("an answer that cannot be read is asked for again, and then not what the protocol says") func malformed()
        async
    {
        let server = PlainServer([200])
        let requester = StoreRequester(dialect: PlainDialect(server))
        let error = await #expect(throws: StoreError.self) {
            try await requester.perform(PlainDialect.Call()) { _ in
                throw AttemptFailure<PlainDialect.Fault>.malformed("no length")
            }
        }
        #expect(error?.kind == .invalidAnswer)
        #expect(error?.detail == AnyErrorDetail("no length"))
        #expect(server.tokens.withLock { $0.count } == 3)
    }
}
