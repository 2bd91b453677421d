import NIOCore
import NIOHTTP1
import Testing

@testable import StoreTransport

@Suite("Requests on the network") struct TransportExchangeTests {
    private static let transport = AsyncHTTPTransport(HTTPTransportSettings(proxies: ProxySettings(), connections: 4))

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
