import AssetModel
import NIOCore
import ObjectStore
import Synchronization
import Testing

@testable import StoreTransport

/// The object is `0123456789`.
@Suite("Bodies that go on where the connection broke") struct ResumingBodyTests {
    /// What the answers to the requests bring, the first one's body first.
    private final class Server: Sendable {
        private let bodies: Mutex<ArraySlice<ScriptedBody>>
        private let asked = Mutex<[Range<Int64>]>([])

        init(_ bodies: [ScriptedBody]) { self.bodies = Mutex(bodies[...]) }

        var requests: [Range<Int64>] { asked.withLock { $0 } }

        func next() -> ScriptedBody { bodies.withLock { $0.popFirst() } ?? ScriptedBody(pieces: []) }

        func answer(_ range: Range<Int64>) -> ScriptedBody {
            asked.withLock { $0.append(range) }
            return next()
        }
    }

    private static let lost = HTTPFailure(.closed, "connection reset")

    private static func body(_ range: Range<Int64> = 0..<10, from server: Server, attempts: Int = 3) -> ResumingBody {
        let context = RetryContext(policy: RetryPolicy(attempts: attempts, budget: 3600), log: RetryLog(), window: 1)
        return ResumingBody(address: "s3://acme/a", range: range, opened: server.next(), context: context) { rest in
            server.answer(rest)
        }
    }

    @Test("one that does not break is read as it is", arguments: Taking.allCases)
    func whole(_ taking: Taking) async throws {
        let server = Server([ScriptedBody(pieces: ["012", "3456789"])])
        #expect(try await taking.text(of: Self.body(from: server)) == "0123456789")
        #expect(server.requests.isEmpty)
    }

    @Test("only the rest is asked for, each time", arguments: Taking.allCases)
    func rest(_ taking: Taking) async throws {
        let server = Server([
            ScriptedBody(pieces: ["23"], failure: Self.lost), ScriptedBody(pieces: ["456"], failure: Self.lost),
            ScriptedBody(pieces: ["7"]),
        ])
        #expect(try await taking.text(of: Self.body(2..<8, from: server)) == "234567")
        #expect(server.requests == [4..<8, 7..<8])
    }

    @Test("one that ends early counts as broken", arguments: Taking.allCases)
    func early(_ taking: Taking) async throws {
        let server = Server([ScriptedBody(pieces: ["0123"]), ScriptedBody(pieces: ["456789"])])
        #expect(try await taking.text(of: Self.body(from: server)) == "0123456789")
        #expect(server.requests == [4..<10])
    }

    @Test("a failure behind the last byte is none", arguments: Taking.allCases)
    func behindTheEnd(_ taking: Taking) async throws {
        let server = Server([ScriptedBody(pieces: ["0123456789"], failure: Self.lost)])
        #expect(try await taking.text(of: Self.body(from: server)) == "0123456789")
        #expect(server.requests.isEmpty)
    }

    @Test("it is given up after as many attempts as are allowed without progress", arguments: Taking.allCases)
    func givenUp(_ taking: Taking) async throws {
        let server = Server(Array(repeating: ScriptedBody(pieces: ["0"], failure: Self.lost), count: 9))
        let error = await #expect(throws: StoreError.self) { try await taking.text(of: Self.body(from: server)) }
        #expect(error?.kind == .unavailable)
        #expect(error?.detail == AnyErrorDetail(HTTPFailureDetail.said("connection reset")))
        #expect(error?.notes == [AnyErrorDetail(CallNote.received(3, of: 10))])
        #expect(server.requests == [1..<10, 2..<10])
    }

    @Test("64 KiB are progress, and then all attempts are allowed again", arguments: Taking.allCases) func progress(
        _ taking: Taking
    ) async throws {
        let piece = String(repeating: "x", count: 64 << 10)
        let broken = ScriptedBody(pieces: [piece], failure: Self.lost)
        let server = Server(Array(repeating: broken, count: 5) + [ScriptedBody(pieces: [piece])])
        let size = Int64(6 * piece.utf8.count)
        #expect(try await taking.text(of: Self.body(0..<size, from: server)).utf8.count == Int(size))
        #expect(server.requests.count == 5)
    }

    @Test("what a new request says is the reader's to know", arguments: Taking.allCases)
    func refused(_ taking: Taking) async throws {
        let context = RetryContext(policy: RetryPolicy(attempts: 3, budget: 3600), log: RetryLog(), window: 1)
        let changed = StoreError(.changed, operation: .get, address: "s3://acme/a", detail: "another entity tag")
        let body = ResumingBody(
            address: "s3://acme/a", range: 0..<10, opened: ScriptedBody(pieces: ["0"], failure: Self.lost),
            context: context
        ) { _ in throw changed }
        let error = await #expect(throws: StoreError.self) { try await taking.text(of: body) }
        #expect(error?.kind == .changed)
    }

    @Test("a cancelled request is not sent again", arguments: Taking.allCases)
    func cancelled(_ taking: Taking) async throws {
        let server = Server([ScriptedBody(pieces: ["0"], failure: HTTPFailure(.cancelled, .cancelled))])
        await #expect(throws: StoreError.self) { try await taking.text(of: Self.body(from: server)) }
        #expect(server.requests.isEmpty)
    }
}
