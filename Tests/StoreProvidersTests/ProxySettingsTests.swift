import AssetModel
import Testing

@testable import StoreProviders

/// Rules: botocore's, which are those of Python's `urllib.request`.
@Suite struct ProxySettingsTests {
    private static func proxy(_ url: String, _ variables: [String: String]) throws -> ProxyAddress? {
        let environment = ProviderEnvironment(variables: variables, now: { 0 })
        return try ProxySettings(environment).proxy(for: try #require(HTTPURL(url)))
    }

    private static let found: [(String, [String: String], String?)] = [
        ("http://a.example", ["HTTP_PROXY": "http://proxy:3128"], "proxy:3128"),
        ("http://a.example", ["HTTP_PROXY": "http://upper:1", "http_proxy": "http://lower:2"], "lower:2"),
        ("http://a.example", ["HTTPS_PROXY": "http://proxy:3128"], nil),
        ("http://a.example", ["ALL_PROXY": "http://proxy:3128"], nil),
        ("http://a.example", ["HTTP_PROXY": "proxy"], "proxy:80"),
        ("http://a.example", ["HTTP_PROXY": "http://proxy:1", "REQUEST_METHOD": "GET"], nil),
        ("https://a.example", ["HTTPS_PROXY": "http://proxy:1", "REQUEST_METHOD": "GET"], "proxy:1"),
        ("http://169.254.169.254", ["HTTP_PROXY": "http://proxy:1"], nil),
    ]

    @Test(arguments: found)
    func findsTheProxy(_ url: String, _ variables: [String: String], _ expected: String?) throws {
        let proxy = try Self.proxy(url, variables)
        #expect(proxy.map { "\($0.host):\($0.port)" } == expected)
    }

    @Test(arguments: [
        ("*", "http://a.example", true), ("a.example", "http://a.example", true),
        ("example", "http://a.example", true), (".example", "http://a.example", true),
        ("A.Example", "http://a.example", true), ("b.example, a.example", "http://a.example", true),
        ("a.example:80", "http://a.example", true), ("a.example:9000", "http://a.example", false),
        ("ample", "http://a.example", false), ("b.example", "http://a.example", false),
        ("b.example,*", "http://a.example", false), ("127.0.0.1", "http://127.0.0.1:9000", true),
    ])
    func goesPastTheProxyFor(_ exceptions: String, _ url: String, _ isDirect: Bool) throws {
        let proxy = try Self.proxy(url, ["HTTP_PROXY": "http://proxy:1", "NO_PROXY": exceptions])
        #expect((proxy == nil) == isDirect)
    }

    @Test(arguments: [
        ("http://user:pass%40word@proxy:1", "dXNlcjpwYXNzQHdvcmQ="), ("http://user@proxy:1", nil),
        ("http://proxy:1", nil),
    ])
    func takesTheCredentials(_ address: String, _ expected: String?) throws {
        let proxy = try #require(try Self.proxy("http://a.example", ["HTTP_PROXY": address]))
        #expect(proxy.credentials?.exposed == expected)
        #expect(proxy.host == "proxy")
    }

    @Test(arguments: ["https://user:pearl@proxy:1", "socks5://user:pearl@proxy:1", "http://user:pearl@proxy:port"])
    func refusesAnother(_ address: String) throws {
        let fault = try #require(throws: ConfigurationFault.self) {
            try Self.proxy("http://a.example", ["HTTP_PROXY": address])
        }
        #expect(fault.place == .environment("HTTP_PROXY"))
        #expect(!"\(fault)".contains("pearl"))
    }
}
