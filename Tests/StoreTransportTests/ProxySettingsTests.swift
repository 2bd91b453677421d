import AssetModel
import Testing

@testable import StoreTransport

/// Rules: botocore's, which are those of Python's `urllib.request`; of ALL_PROXY and networks, curl's and requests'.
@Suite struct ProxySettingsTests {
    private static func proxy(_ url: String, _ variables: [String: String]) throws -> ProxyAddress? {
        let environment = ProviderEnvironment(variables: variables, now: { 0 })
        return try ProxySettings(environment).setting(for: try #require(HTTPURL(url)))?.value
    }

    private static let found: [(String, [String: String], String?)] = [
        ("http://a.example", ["HTTP_PROXY": "http://proxy:3128"], "proxy:3128"),
        ("http://a.example", ["HTTP_PROXY": "http://upper:1", "http_proxy": "http://lower:2"], "lower:2"),
        ("http://a.example", ["HTTPS_PROXY": "http://proxy:3128"], nil),
        ("http://a.example", ["ALL_PROXY": "http://proxy:3128"], "proxy:3128"),
        ("https://a.example", ["all_proxy": "http://proxy:3128", "ALL_PROXY": "http://upper:1"], "proxy:3128"),
        ("http://a.example", ["ALL_PROXY": "http://all:1", "HTTP_PROXY": "http://proxy:3128"], "proxy:3128"),
        ("https://a.example", ["ALL_PROXY": "http://all:1", "HTTP_PROXY": "http://proxy:3128"], "all:1"),
        ("http://a.example", ["ALL_PROXY": "socks5h://proxy:1080"], nil),
        ("http://a.example", ["ALL_PROXY": "https://proxy:1080"], nil),
        ("http://a.example", ["ALL_PROXY": "http://all:1", "NO_PROXY": "a.example"], nil),
        ("http://a.example", ["HTTP_PROXY": "http://[::1]:3128"], "[::1]:3128"),
        // Of no use to this request.
        ("http://a.example", ["HTTPS_PROXY": "socks5://proxy:1"], nil),
        ("https://a.example", ["HTTP_PROXY": "https://proxy:1"], nil),
        ("http://a.example", ["HTTP_PROXY": "socks5://proxy:1", "NO_PROXY": "*"], nil),
        ("http://a.example", ["HTTP_PROXY": "rubbish rubbish", "NO_PROXY": "a.example"], nil),
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
        ("127.0.0.1:9000", "http://127.0.0.1:9000", true), ("127.0.0.1:9001", "http://127.0.0.1:9000", false),
        ("10.0.0.0/8", "http://10.1.2.3", true), ("10.0.0.0/8", "http://11.1.2.3", false),
        ("10.0.0.0/9", "http://10.127.255.255", true), ("10.0.0.0/9", "http://10.128.0.0", false),
        ("10.9.9.9/8", "http://10.1.2.3", true), ("10.1.2.3/32", "http://10.1.2.3", true),
        ("10.1.2.3/32", "http://10.1.2.2", false), ("10.1.2.3/33", "http://10.1.2.3", false),
        ("0.0.0.0/0", "http://10.1.2.3", false), ("10.0.0.0/-1", "http://10.1.2.3", false),
        ("10.0.0.0/x", "http://10.1.2.3", false), ("10.0.0.0/8", "http://name.example", false),
        ("::1", "http://[::1]:9", true), ("[::1]", "http://[::1]:9", true), ("[::1]:9", "http://[::1]:9", true),
        ("fd00::/8", "http://[fdab::7]", true), ("fd00::/8", "http://[fe80::7]", false),
        ("0:0:0:0:0:0:0:1", "http://[::1]", true), ("::/1", "http://10.1.2.3", false),
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

    @Test(arguments: [
        ("HTTP_PROXY", "https://user:pearl@proxy:1"), ("HTTP_PROXY", "socks5://user:pearl@proxy:1"),
        ("HTTP_PROXY", "http://user:pearl@proxy:port"), ("ALL_PROXY", "http://user:pearl@proxy:port"),
        ("ALL_PROXY", "ftp://user:pearl@proxy"),
    ])
    func refusesAnother(_ variable: String, _ address: String) throws {
        let fault = try #require(throws: ConfigurationFault.self) {
            try Self.proxy("http://a.example", [variable: address])
        }
        #expect(fault.place == .environment(variable))
        #expect(!"\(fault)".contains("pearl"))
    }

    @Test func saysWhichProxyIsPassedOver() throws {
        let environment = ProviderEnvironment(variables: ["ALL_PROXY": "socks5://user:pearl@proxy:1"], now: { 0 })
        let remark = ProxySettings(environment).passedOver(for: try #require(HTTPURL("http://a.example")))
        #expect(remark == Setting(.passedOver(scheme: "socks5"), from: .environment("ALL_PROXY")))
    }
}
