import Testing

@testable import StoreTransport

@Suite("Addresses that are none") struct OddAddressesTests {
    /// The first ended the process: what looked like a user ended before it began.
    @Test(
        "are no proxies",
        arguments: ["@://", "@http://host", "a@b://c", "http://", "http://@", "://@", "http://user:p@"])
    func proxies(text: String) throws {
        let environment = ProviderEnvironment(variables: ["http_proxy": text]) { 0 }
        let url = try #require(HTTPURL("http://a.example"))
        #expect(throws: HTTPFailure.self) { try ProxySettings(environment).proxy(for: url) }
    }
}
