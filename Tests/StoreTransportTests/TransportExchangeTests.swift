import NIOCore
import NIOHTTP1
import ObjectStore
import Synchronization
import Testing

@testable import StoreTransport

@Suite("Requests on the network") struct TransportExchangeTests {
    // On a busy machine, other tests may have all threads for minutes.
    private static let transport = AsyncHTTPTransport(
        HTTPTransportSettings(
            timeouts: HTTPTimeouts(connect: 600, idle: 600), proxies: ProxySettings(), connections: 4))

    private static func answer(_ body: String, announced: Int? = nil) -> String {
        "HTTP/1.1 200 OK\r\ncontent-length: \(announced ?? body.utf8.count)\r\nx-name: value\r\n\r\n\(body)"
    }

    @Test("the head and the body come as they were sent") func whole() async throws {
        let answer = try await RawServer.with(Self.answer("content")) { server in
            try await Self.transport.exchange(HTTPRequest(.GET, server.url))
        }
        #expect(answer.status == 200)
        #expect(answer.headers.first(name: "x-name") == "value")
        #expect(String(decoding: answer.body, as: UTF8.self) == "content")
    }

    @Test("a large body comes in order, in pieces that are gathered") func large() async throws {
        let body = (0..<400_000).map { "\($0) " }.joined()
        try await RawServer.with(Self.answer(body)) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            #expect(try await response.body.text() == body)
            #expect(response.wait.map { $0 > 0 } == true)
        }
    }

    @Test("a drained body comes in order, whether it was there when that began or came later", arguments: [1, 400_000])
    func drained(count: Int) async throws {
        let body = (0..<count).map { "\($0) " }.joined()
        try await RawServer.with(Self.answer(body)) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            #expect(try await Taking.drained.text(of: response.body) == body)
        }
    }

    @Test("no piece is handed over before the one before it was taken") func oneAtATime() async throws {
        let body = String(repeating: "x", count: 4 << 20)
        try await RawServer.with(Self.answer(body)) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            let sink = SlowSink(refusing: nil)
            try await response.body.drain(into: sink)
            #expect(sink.seen == SlowSink.State(bytes: body.utf8.count, mostAtOnce: 1))
        }
    }

    @Test("what a sink refuses with ends the body, and its connection", arguments: [1, 2, 3])
    func refused(piece: Int) async throws {
        let body = String(repeating: "x", count: 16 << 20)
        try await RawServer.with(Self.answer(body)) { server in
            let sink = SlowSink(refusing: piece)
            var response: HTTPResponse? = try await Self.transport.send(HTTPRequest(.GET, server.url))
            await #expect(throws: SlowSink.Refusal(piece: piece)) { try await response?.body.drain(into: sink) }
            response = nil
            #expect(sink.seen.pieces == piece)
            await Self.expectClosed(server)
        }
    }

    @Test("a cancelled drain ends once the sink has taken what it was handed") func cancelledDrain() async throws {
        let body = String(repeating: "x", count: 16 << 20)
        try await RawServer.with(Self.answer(body)) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            let sink = SlowSink(refusing: nil)
            let task = Task { try await response.body.drain(into: sink) }
            sink.onFirst { task.cancel() }
            let failure = await #expect(throws: HTTPFailure.self) { try await task.value }
            #expect(failure?.kind == .cancelled)
            #expect(sink.seen.atOnce == 0)
        }
    }

    @Test("nothing holds a sink once its body is drained, though the connection stays") func letGo() async throws {
        let body = String(repeating: "x", count: 1 << 20)
        try await RawServer.with(Self.answer(body)) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            var sink: CollectingSink? = CollectingSink()
            weak let drained = sink
            if let sink { try await response.body.drain(into: sink) }
            sink = nil
            #expect(drained == nil)
            #expect(response.status == 200)
        }
    }

    @Test("a drained body that ends early is told, behind what came of it") func drainedEarly() async throws {
        try await RawServer.with(Self.answer("half", announced: 8), endsConnection: true) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            let sink = CollectingSink()
            let failure = await #expect(throws: HTTPFailure.self) { try await response.body.drain(into: sink) }
            #expect(failure?.kind == .closed)
            #expect(sink.text == "half")
        }
    }

    @Test("a body that ends early is told, behind what came of it") func early() async throws {
        try await RawServer.with(Self.answer("half", announced: 8), endsConnection: true) { server in
            let response = try await Self.transport.send(HTTPRequest(.GET, server.url))
            var text = ""
            let failure = await #expect(throws: HTTPFailure.self) {
                for try await piece in response.body { text += String(buffer: piece) }
            }
            #expect(failure?.kind == .closed)
            #expect(text == "half")
        }
    }

    @Test("a connection that ends before an answer is told") func noAnswer() async throws {
        try await RawServer.with("", endsConnection: true) { server in
            let failure = await #expect(throws: HTTPFailure.self) {
                try await Self.transport.send(HTTPRequest(.GET, server.url))
            }
            #expect(failure?.kind == .closed)
        }
    }

    @Test("an answer that is not HTTP is told") func notHTTP() async throws {
        try await RawServer.with("220 mail.example ESMTP\r\n\r\n") { server in
            let failure = await #expect(throws: HTTPFailure.self) {
                try await Self.transport.send(HTTPRequest(.GET, server.url))
            }
            #expect(failure?.kind == .malformed)
        }
    }

    @Test("a server that says nothing is waited for as long as the limit allows") func silent() async throws {
        try await RawServer.with("") { server in
            let request = Self.request(to: server, answerLimit: 0.2)
            let failure = await #expect(throws: HTTPFailure.self) { try await Self.transport.send(request) }
            #expect(failure == HTTPFailure(.timedOut, .noResponse(within: 0)))
            // The connection is not left to another request.
            await Self.expectClosed(server)
        }
    }

    @Test("the connection of a body that is not read to its end is closed", arguments: [false, true])
    func abandoned(isBegun: Bool) async throws {
        let body = String(repeating: "x", count: 64 << 20)
        try await RawServer.with(Self.answer(body)) { server in
            var response: HTTPResponse? = try await Self.transport.send(HTTPRequest(.GET, server.url))
            if isBegun, let body = response?.body {
                for try await _ in body { break }
            }
            response = nil
            await Self.expectClosed(server)
        }
    }

    @Test("a cancelled task waits for no answer") func cancelled() async throws {
        try await RawServer.with("") { server in
            let task = Task { try await Self.transport.send(HTTPRequest(.GET, server.url)) }
            task.cancel()
            let failure = await #expect(throws: HTTPFailure.self) { try await task.value }
            #expect(failure?.kind == .cancelled)
        }
    }

    private static func request(to server: RawServer, answerLimit: Double) -> HTTPRequest {
        var request = HTTPRequest(.GET, server.url)
        request.timeouts.answer = answerLimit
        return request
    }

    private static func expectClosed(_ server: RawServer) async {
        var closed = server.closed.makeAsyncIterator()
        #expect(await closed.next() != nil)
    }
}

/// Takes each piece on another thread, some time later. A class because event loops hand it over.
private final class SlowSink: BodySink {
    struct Refusal: Error, Equatable {
        let piece: Int
    }

    struct State: Equatable {
        var bytes = 0
        var mostAtOnce = 0
        var atOnce = 0
        var pieces = 0

        static func == (one: State, other: State) -> Bool {
            one.bytes == other.bytes && one.mostAtOnce == other.mostAtOnce
        }
    }

    private let state = Mutex(State())
    private let first = Mutex<(@Sendable () -> Void)?>(nil)
    private let refused: Int?

    /// - Parameter refused: which piece, from 1; nil for none.
    init(refusing refused: Int?) { self.refused = refused }

    var seen: State { state.withLock { $0 } }

    func onFirst(_ body: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { $0.pieces > 0 }
        isLate ? body() : first.withLock { $0 = body }
    }

    func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        let number = state.withLock { state in
            state.bytes += piece.readableBytes
            state.pieces += 1
            state.atOnce += 1
            state.mostAtOnce = max(state.mostAtOnce, state.atOnce)
            return state.pieces
        }
        first.withLock { $0.take() }?()
        Task {
            try? await Task.sleep(for: .milliseconds(2))
            self.state.withLock { $0.atOnce -= 1 }
            completion(number == refused ? .failure(Refusal(piece: number)) : .success(()))
        }
    }
}
