internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The network: AsyncHTTPClient, with connections that are kept and used again, HTTP/1.1 alone, and without redirects,
/// decompression or retries of its own.
///
/// A class because it owns the connections; they are closed with it.
package final class AsyncHTTPTransport: HTTPTransport {
    private let settings: HTTPTransportSettings
    private let group: MultiThreadedEventLoopGroup
    private let clients = Mutex<[Route: HTTPClient]>([:])

    package init(_ settings: HTTPTransportSettings) {
        self.settings = settings
        group = MultiThreadedEventLoopGroup(numberOfThreads: min(System.coreCount, Self.mostThreads))
    }

    /// What reaches a network card is far less than four threads can take.
    private static let mostThreads = 4

    deinit {
        let (group, clients) = (group, Array(clients.withLock { $0.values }))
        // It is not waited for: a server that leaves a connection half open could hold it up for long.
        Task {
            for client in clients { try? await client.shutdown() }
            try? await group.shutdownGracefully()
        }
    }

    package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let proxy = try request.isDirect ? nil : settings.proxies.proxy(for: request.url)
        let route = Route(to: request.url, by: proxy)
        let request = route.forwarder.map { ForwardingProxy.request(request, by: $0) } ?? request
        do {
            let (body, exchange) = parts(of: request.body)
            let outgoing = try HTTPClient.Request(
                url: request.url.description, method: request.method, headers: request.headers, body: body)
            let deadline = request.timeouts.whole.map { NIODeadline.now() + WaitingTime(seconds: $0).timeAmount }
            let answer = TransportBody(exchange)
            let head = try await exchange.start(
                outgoing, with: client(for: route), deadline: deadline, limit: request.timeouts.answer)
            if let forwarder = route.forwarder { try ForwardingProxy.check(head, from: forwarder) }
            return HTTPResponse(
                status: Int(head.status.code), headers: head.headers, body: answer, wait: exchange.wait)
        } catch {
            let failure = HTTPFailure(error)
            guard let proxy else { throw failure }
            throw failure.of(proxy, isAsked: route.forwarder != nil)
        }
    }

    private func parts(of body: HTTPBody) -> (HTTPClient.Body?, TransportExchange) {
        switch body {
        case .empty: return (nil, TransportExchange())
        case .bytes(let buffer): return (.byteBuffer(buffer), TransportExchange())
        case .stream(let content):
            let outgoing = OutgoingBody(content, idle: settings.timeouts.idle, on: group.any())
            return (outgoing.body, TransportExchange(sending: outgoing))
        }
    }

    private func client(for route: Route) throws -> HTTPClient {
        try clients.withLock { clients in
            if let client = clients[route] { return client }
            let client = HTTPClient(
                eventLoopGroupProvider: .shared(group), configuration: try settings.configuration(route))
            clients[route] = client
            return client
        }
    }
}

/// The connections that one client has: straight or by a proxy, and over TLS to one host alone, which they are checked
/// for.
private struct Route: Hashable {
    /// What opens a tunnel to the host.
    let tunnel: ProxyAddress?
    /// What is asked in the host's place.
    let forwarder: ProxyAddress?
    /// Nil in the clear.
    let securedHost: String?

    init(to url: HTTPURL, by proxy: ProxyAddress?) {
        tunnel = url.scheme == .https ? proxy : nil
        forwarder = url.scheme == .https ? nil : proxy
        securedHost = url.scheme == .https ? url.host : nil
    }
}

/// How the network is reached.
package struct HTTPTransportSettings: Sendable {
    package var timeouts: HTTPTimeouts
    package var proxies: ProxySettings
    /// A file of certificates in PEM that is trusted in place of the system's; nil for the system's.
    package var certificateAuthorities: String?
    /// How many bodies of a host are read at a time. Each may wait for one more request about its object, so that a host
    /// gets twice as many connections at most.
    package var connections: Int

    package init(
        timeouts: HTTPTimeouts = .storage, proxies: ProxySettings, certificateAuthorities: String? = nil,
        connections: Int
    ) {
        self.timeouts = timeouts
        self.proxies = proxies
        self.certificateAuthorities = certificateAuthorities
        self.connections = connections
    }

    fileprivate func configuration(_ route: Route) throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = WaitingTime(seconds: timeouts.connect).timeAmount
        configuration.timeout.read = WaitingTime(seconds: timeouts.idle).timeAmount
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections * 2
        // Retries are for the caller, who counts and logs them.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tlsConfiguration = try tlsConfiguration()
        // This program is not traced, and looking for a tracer costs time in each request.
        configuration.tracing.tracer = nil
        // Runs after the handshake and before a request; where it fails, there is no connection and no request.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            Self.setUp(channel, for: route)
        }
        if let proxy = route.tunnel {
            configuration.proxy = .server(
                host: proxy.name, port: proxy.port,
                authorization: proxy.credentials.map { .basic(credentials: $0.exposed) })
        }
        return configuration
    }

    private static func setUp(_ channel: any Channel, for route: Route) -> EventLoopFuture<Void> {
        // A fast network fills more than what NIO reads at a time by itself, and each read costs a round of its loop: with a
        // quarter of it, a sixth more processor time. What is decrypted takes several times the memory of what is read.
        let most = route.securedHost == nil ? 256 << 10 : 128 << 10
        let allocator = AdaptiveRecvByteBufferAllocator(minimum: 16 << 10, initial: most / 2, maximum: most)
        return channel.setOption(.recvAllocator, value: allocator).flatMap {
            // A connection keeps as many buffers as it reads in a row: with NIO's four, 1.2 MiB; so, half of it, for the same
            // processor time.
            channel.setOption(.maxMessagesPerRead, value: 1)
        }.flatMapThrowing {
            do {
                if let host = route.securedHost { try ServerIdentity.check(channel, is: host) }
                if route.forwarder != nil { try ForwardingProxy.setUp(channel) }
            } catch {
                // AsyncHTTPClient forgets the connection, and leaves it open.
                channel.close(promise: nil)
                throw error
            }
        }
    }

    private func tlsConfiguration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // The chain of certificates is checked here, the host by `ServerIdentity`.
        configuration.certificateVerification = .noHostnameVerification
        if let certificateAuthorities { configuration.trustRoots = .file(certificateAuthorities) }
        return configuration
    }
}
