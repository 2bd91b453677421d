import NIOCore
import NIOPosix

@testable import StoreTransport

/// A server on loopback that reads so much of each request, and then answers, whatever the request is.
struct RawUploadServer: Sendable {
    let url: HTTPURL
    /// The bytes behind the head of the request, a number for each piece that arrived.
    let received: AsyncStream<[UInt8]>

    struct Behavior: Sendable {
        let answer: String
        /// How much of the body is read before the answer, in bytes.
        let threshold: Int
        /// Whether the rest is read all the same.
        var readsOn = true
        var closes = false
    }

    static func with<Value: Sendable>(
        _ behavior: Behavior, _ body: @Sendable (RawUploadServer) async throws -> Value
    ) async throws -> Value {
        let (received, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reading(behavior, continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        let server = RawUploadServer(
            url: HTTPURL(scheme: .http, host: "127.0.0.1", port: port, target: "/upload"), received: received)
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try await channel.close()
            throw error
        }
    }
}

private final class Reading: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behavior: RawUploadServer.Behavior
    private let received: AsyncStream<[UInt8]>.Continuation
    private var head: [UInt8]? = []
    private var count = 0
    private var hasAnswered = false

    init(_ behavior: RawUploadServer.Behavior, _ received: AsyncStream<[UInt8]>.Continuation) {
        self.behavior = behavior
        self.received = received
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var body = Array(unwrapInboundIn(data).readableBytesView)
        if let begun = head {
            let bytes = begun + body
            head = bytes
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
            head = nil
            body = Array(bytes[end.upperBound...])
        }
        count += body.count
        if !body.isEmpty { received.yield(body) }
        guard count >= behavior.threshold, !hasAnswered else { return }
        hasAnswered = true
        if !behavior.readsOn { context.channel.setOption(.autoRead, value: false).whenComplete { _ in } }
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: behavior.answer)))
        if behavior.closes { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }

    func channelInactive(context: ChannelHandlerContext) { received.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
