import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import StoreTransport

@Suite("Bodies that are made as they are sent") struct OutgoingBodyTests {
    private static func transport(idle: Double = 60) -> AsyncHTTPTransport {
        AsyncHTTPTransport(
            HTTPTransportSettings(
                timeouts: HTTPTimeouts(connect: 10, idle: idle), proxies: ProxySettings(), connections: 4))
    }

    private static func answer(_ status: String, _ body: String = "", isAnnounced: Bool = true) -> String {
        let length = isAnnounced ? "content-length: \(body.utf8.count)\r\n" : ""
        return "HTTP/1.1 \(status)\r\n\(length)\r\n\(body)"
    }

    @Test("are sent whole, in order", arguments: [0, 1, 100_000, 20 << 20])
    func whole(length: Int) async throws {
        let content = CountedContent(length: length)
        let behavior = RawUploadServer.Behavior(answer: Self.answer("201 Created", "kept"), threshold: length)
        try await RawUploadServer.with(behavior) { server in
            let answer = try await Self.transport().exchange(Self.request(server, content))
            #expect(answer.status == 201)
            #expect(String(decoding: answer.body, as: UTF8.self) == "kept")
            var sum = 0
            var received = server.received.makeAsyncIterator()
            while sum < length, let piece = await received.next() {
                #expect(piece == CountedContent.bytes(sum..<sum + piece.count))
                sum += piece.count
            }
            #expect(sum == length)
            #expect(content.made.withLock { $0 } == length)
        }
    }

    @Test("are asked for anew with each request")
    func twice() async throws {
        let content = CountedContent(length: 1000)
        try await RawUploadServer.with(.init(answer: Self.answer("201 Created"), threshold: 1000, closes: true)) {
            server in
            for _ in 0..<2 {
                let answer = try await Self.transport().exchange(Self.request(server, content))
                #expect(answer.status == 201)
            }
            #expect(content.made.withLock { $0 } == 2000)
        }
    }

    @Test(
        "an answer that comes with the last byte is read, whether the connection stays or not",
        arguments: ["201 Created", "504 Gateway Timeout"], [false, true])
    func atTheEnd(status: String, closes: Bool) async throws {
        let content = CountedContent(length: 1000)
        let behavior = RawUploadServer.Behavior(
            answer: Self.answer(status, "answer"), threshold: 1000, closes: closes)
        // Who is first differs from time to time.
        for _ in 0..<100 {
            try await RawUploadServer.with(behavior) { server in
                let answer = try await Self.patient.exchange(Self.request(server, content))
                #expect(status.hasPrefix("\(answer.status)"))
                #expect(String(decoding: answer.body, as: UTF8.self) == "answer")
            }
        }
    }

    private static let patient = transport()

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let behavior: RawUploadServer.Behavior
    }

    private static let denial = "{\"errors\":[{\"code\":\"DENIED\"}]}"
    private static let denied = "HTTP/1.1 413 Too Large\r\ncontent-length: \(denial.utf8.count)\r\n"

    private static let refusals = [
        Refusal(
            testDescription: "at once, and the rest is read",
            behavior: .init(answer: "\(denied)\r\n\(denial)", threshold: 0)),
        Refusal(
            testDescription: "under way, and the rest is read",
            behavior: .init(answer: "\(denied)\r\n\(denial)", threshold: 3 << 20)),
        Refusal(
            testDescription: "and no more is read",
            behavior: .init(answer: "\(denied)\r\n\(denial)", threshold: 3 << 20, readsOn: false)),
        Refusal(
            testDescription: "and the connection is closed",
            behavior: .init(answer: "\(denied)connection: close\r\n\r\n\(denial)", threshold: 3 << 20, closes: true)),
        Refusal(
            testDescription: "without a length, until the connection ends",
            behavior: .init(answer: "HTTP/1.1 413 Too Large\r\n\r\n\(denial)", threshold: 3 << 20, closes: true)),
        Refusal(
            testDescription: "without a length, and the connection is kept",
            behavior: .init(answer: "HTTP/1.1 413 Too Large\r\n\r\n\(denial)", threshold: 3 << 20)),
        Refusal(
            testDescription: "in chunks",
            behavior: .init(
                answer: "HTTP/1.1 413 Too Large\r\ntransfer-encoding: chunked\r\n\r\n"
                    + "\(String(denial.utf8.count, radix: 16))\r\n\(denial)\r\n0\r\n\r\n", threshold: 3 << 20)),
    ]

    @Test("are not sent on once they are refused, and the refusal is read", arguments: refusals)
    func refused(refusal: Refusal) async throws {
        let content = CountedContent(length: 1 << 30)
        try await RawUploadServer.with(refusal.behavior) { server in
            let answer = try await Self.transport().exchange(Self.request(server, content))
            #expect(answer.status == 413)
            #expect(String(decoding: answer.body, as: UTF8.self) == Self.denial)
        }
        #expect(content.made.withLock { $0 } < 1 << 29)
    }

    @Test("a connection that ends under way is told")
    func closed() async throws {
        let content = CountedContent(length: 1 << 30)
        try await RawUploadServer.with(.init(answer: "", threshold: 1 << 20, closes: true)) { server in
            let failure = await #expect(throws: HTTPFailure.self) {
                try await Self.transport().send(Self.request(server, content))
            }
            #expect(failure?.kind == .closed)
        }
    }

    @Test("a server that reads no more is waited for as long as the time-out says")
    func stalled() async throws {
        let content = CountedContent(length: 1 << 30)
        try await RawUploadServer.with(.init(answer: "HTTP/1.1 100 Continue\r\n\r\n", threshold: 1, readsOn: false)) {
            server in
            let failure = await #expect(throws: HTTPFailure.self) {
                try await Self.transport(idle: 0.5).send(Self.request(server, content))
            }
            #expect(failure == HTTPFailure(.timedOut, .notRead))
        }
        // No more is made than what connection and buffers hold.
        #expect(content.made.withLock { $0 } < 64 << 20)
    }

    @Test("content that cannot be read ends the request, and is no failure of the network")
    func unreadable() async throws {
        let content = CountedContent(length: 1 << 20, failsAt: 300_000)
        try await RawUploadServer.with(.init(answer: Self.answer("201 Created"), threshold: 1 << 20)) { server in
            let failure = await #expect(throws: HTTPFailure.self) {
                try await Self.transport().send(Self.request(server, content))
            }
            #expect(failure?.kind == .content)
            #expect(failure?.kind.isTransient == false)
        }
    }

    @Test("content of another length than was said ends the request", arguments: [-1, 1])
    func otherLength(difference: Int) async throws {
        let content = CountedContent(length: 500_000)
        try await RawUploadServer.with(.init(answer: Self.answer("201 Created"), threshold: 400_000_000)) { server in
            let failure = await #expect(throws: HTTPFailure.self) {
                try await Self.transport().send(Self.request(server, content, announced: 500_000 + difference))
            }
            #expect(failure?.kind == .content)
        }
    }

    @Test("a cancelled task sends no more")
    func cancelled() async throws {
        let content = CountedContent(length: 1 << 40)
        try await RawUploadServer.with(.init(answer: "", threshold: .max)) { server in
            let task = Task { try await Self.transport().send(Self.request(server, content)) }
            var received = server.received.makeAsyncIterator()
            _ = await received.next()
            task.cancel()
            let failure = await #expect(throws: HTTPFailure.self) { try await task.value }
            #expect(failure?.kind == .cancelled)
            while await received.next() != nil {}
        }
    }

    private static func request(
        _ server: RawUploadServer, _ content: CountedContent, announced: Int? = nil
    ) -> HTTPRequest {
        let body = StreamedBody(length: Int64(announced ?? content.length)) { content }
        return HTTPRequest(.PUT, server.url, body: .stream(body))
    }
}

/// Bytes that follow from their places.
private final class CountedContent: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    struct Unreadable: Error {}

    let length: Int
    /// Where reading fails, in bytes.
    let failsAt: Int?
    /// How much was read, by all readers, in bytes.
    let made = Mutex(0)

    private static let piece = 128 << 10

    init(length: Int, failsAt: Int? = nil) {
        self.length = length
        self.failsAt = failsAt
    }

    static func bytes(_ range: Range<Int>) -> [UInt8] { range.map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    func makeAsyncIterator() -> Iterator { Iterator(content: self) }

    struct Iterator: AsyncIteratorProtocol {
        let content: CountedContent
        private var offset = 0
        /// What the pieces repeat in a long one: making them would take longer than sending them.
        private let filler = ByteBuffer(repeating: 7, count: CountedContent.piece)

        init(content: CountedContent) { self.content = content }

        mutating func next() async throws -> ByteBuffer? {
            if let failsAt = content.failsAt, offset >= failsAt { throw Unreadable() }
            let count = Swift.min(CountedContent.piece, content.length - offset)
            guard count > 0 else { return nil }
            content.made.withLock { $0 += count }
            defer { offset += count }
            if content.length > 64 << 20 { return filler }
            return ByteBuffer(bytes: CountedContent.bytes(offset..<offset + count))
        }
    }
}
