internal import NIOCore
internal import NIOHTTP1

/// A request in the clear that a proxy is asked for by its whole address. CONNECT, which AsyncHTTPClient has for all
/// requests by a proxy, is allowed for TLS alone by most proxies.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2>
enum ForwardingProxy {
    /// The request as it goes to the proxy's own address; `AbsoluteTargets` makes its target whole again.
    static func request(_ request: HTTPRequest, by proxy: ProxyAddress) -> HTTPRequest {
        var forwarded = request
        forwarded.url = HTTPURL(scheme: .http, host: proxy.host, port: proxy.port, target: request.url.target)
        forwarded.headers.replaceOrAdd(name: "host", value: request.url.authority)
        if let credentials = proxy.credentials {
            forwarded.headers.replaceOrAdd(name: "proxy-authorization", value: "Basic \(credentials.exposed)")
        }
        return forwarded
    }

    /// Tells what the proxy itself answers from what the server does.
    ///
    /// | answer | is |
    /// | --- | --- |
    /// | 407, as no server answers it | the proxy's |
    /// | with `X-Squid-Error`, or an error in `Proxy-Status` (RFC 9209) | the proxy's |
    /// | 403, 5xx with a page for people: no store answers one | the proxy's |
    /// | 502, 504 that is neither XML nor JSON | the proxy's |
    /// | another | the server's |
    ///
    /// - Throws: for a proxy that refuses `.proxy`, and for one that does not reach the server `.noProxy`.
    static func check(_ head: HTTPResponseHead, from proxy: ProxyAddress) throws(HTTPFailure) {
        let status = Int(head.status.code)
        if status == 407 { throw HTTPFailure(.proxy, .proxy(.needsCredentials)) }
        guard status >= 400 else { return }
        let type = head.headers.first(name: "content-type")?.lowercased() ?? ""
        let isPage = type.hasPrefix("text/html")
        let isOfStore = ["xml", "json"].contains { type.contains($0) }
        let isDeclared =
            head.headers.contains(name: "x-squid-error")
            || head.headers.first(name: "proxy-status").map { $0.contains("error=") } ?? false
        let isProxys =
            isDeclared || isPage && (status == 403 || status >= 500) || !isOfStore && (status == 502 || status == 504)
        guard isProxys else { return }
        guard status >= 500 else { throw HTTPFailure(.proxy, .proxy(.rejected(status: status))) }
        throw HTTPFailure(.noProxy, .byProxy(proxy.place, .proxy(.answered(status: status))))
    }

    /// For a connection to a proxy, on its event loop.
    static func setUp(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
        try pipeline.addHandler(AbsoluteTargets(), position: .after(encoder))
    }
}

/// Makes the target of each request its whole address, by the host that the request names.
private final class AbsoluteTargets: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let host = head.headers.first(name: "host") else {
            return context.write(data, promise: promise)
        }
        head.uri = "http://\(host)\(head.uri)"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
