/// PLACEHOLDER until merged
package struct ProxyAddress: Hashable, Sendable {
    package var host: String; package var port: Int; package var credentials: Secret?
}
package struct ProxySettings: Sendable {
    package init() {}; package func proxy(for url: HTTPURL) -> ProxyAddress? { nil }
}
