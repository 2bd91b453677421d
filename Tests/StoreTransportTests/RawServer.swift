import NIOCore
import NIOPosix

@testable import StoreTransport

/// A server on loopback that answers every request with the same bytes, whatever they are.
struct RawServer: Sendable {
    let url: HTTPURL
    /// One for each connection that its client closed.
    let closed: AsyncStream<Void>

    /// - Parameter endsConnection: whether the connection ends with the answer.
    static func with<Value: Sendable>(
        _ answer: String, endsConnection: Bool = false, _ body: @Sendable (RawServer) async throws -> Value
    ) async throws -> Value {
        let (closed, continuation) = AsyncStream.makeStream(of: Void.self)
        let group = MultiThreadedEventLoopGroup.singleton
        let channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answering(answer: ByteBuffer(string: answer), endsConnection: endsConnection, continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        let server = RawServer(url: HTTPURL(scheme: .http, host: "127.0.0.1", port: port), closed: closed)
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

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: ByteBuffer
    private let endsConnection: Bool
    private let closed: AsyncStream<Void>.Continuation

    init(answer: ByteBuffer, endsConnection: Bool, _ closed: AsyncStream<Void>.Continuation) {
        self.answer = answer
        self.endsConnection = endsConnection
        self.closed = closed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard String(buffer: unwrapInboundIn(data)).contains("\r\n\r\n") else { return }
        let written = context.writeAndFlush(wrapOutboundOut(answer))
        if endsConnection { written.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
    }

    func channelInactive(context: ChannelHandlerContext) { closed.yield() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
