import Testing

@testable import StoreTransport

/// Rules: RFC 6125, section 6.4. `Tests/python/test_certificate_names.py` has the same of Python's `requests`.
@Suite struct CertificateNamesTests {
    private static func host(_ name: String) -> CertificateNames.Name { .host(Array(name.utf8)) }
    private static func address(_ bytes: UInt8...) -> CertificateNames.Name { .address(bytes) }

    private static let loopback = address(127, 0, 0, 1)
    private static let loopback6 = CertificateNames.Name.address([UInt8](repeating: 0, count: 15) + [1])

    private static let accepted: [(String, [CertificateNames.Name])] = [
        ("store.example", [host("store.example")]),
        ("store.example", [loopback, host("other.example"), host("store.example")]),
        ("store.example", [host("Store.EXAMPLE")]),
        ("STORE.example", [host("store.example")]),
        ("store.example.", [host("store.example")]),
        ("localhost", [host("localhost")]),
        ("a.store.example", [host("*.store.example")]),
        ("a.STORE.example", [host("*.Store.example")]),
        ("a.store.example.", [host("*.store.example")]),
        ("127.0.0.1", [loopback]),
        ("127.0.0.1.", [loopback]),
        ("10.0.0.7", [host("10.0.0.7"), loopback, address(10, 0, 0, 7)]),
        ("[::1]", [loopback6]),
        ("[0:0:0:0:0:0:0:1]", [loopback6]),
    ]

    private static let refused: [(String, [CertificateNames.Name])] = [
        // What a connection leads to says nothing about a name, and a name nothing about an address.
        ("localhost", [loopback, loopback6]),
        ("store.example", [loopback]),
        ("127.0.0.1", [host("localhost"), host("127.0.0.1"), host("*.0.0.1"), host("*")]),
        ("127.0.0.1", [address(127, 0, 0, 2), loopback6, address(127, 0, 0), address()]),
        ("[::1]", [loopback, host("::1"), host("[::1]")]),
        // An IPv4 address in the form of an IPv6 address is another one.
        ("[::ffff:127.0.0.1]", [loopback]),
        ("127.0.0.1", [.address([UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1])]),
        ("127.1", [loopback]),
        ("2130706433", [loopback]),
        // A wildcard is one whole label, the first one, with two more at least.
        ("store.example", [host("*.store.example"), host("*.example"), host("*"), host("*.*")]),
        ("a.b.store.example", [host("*.store.example"), host("*.*.store.example"), host("a.*.store.example")]),
        ("ab.store.example", [host("a*.store.example"), host("*b.store.example"), host("a*b.store.example")]),
        (".store.example", [host("*.store.example")]),
        ("a.example.", [host("*.example"), host("*.example.")]),
        ("a.example..", [host("*.example."), host("*.example")]),
        ("a..example", [host("*..example")]),
        // Every byte counts.
        ("store.example", [host("store.example\0.evil.example"), host("store.example\0"), host("store.example.")]),
        ("store.example", [host("astore.example"), host("store.example.evil.example"), host("xample"), host("")]),
        ("store.example..", [host("store.example")]),
        ("", [host(""), address()]), (".", [host(""), host(".")]), ("[]", [address()]),
        ("store.example", []), ("127.0.0.1", []),
    ]

    @Test(arguments: accepted)
    func covers(_ host: String, _ names: [CertificateNames.Name]) {
        #expect(CertificateNames(names: names).cover(host))
    }

    @Test(arguments: refused)
    func doesNotCover(_ host: String, _ names: [CertificateNames.Name]) {
        #expect(!CertificateNames(names: names).cover(host))
    }

    /// All patterns and hosts of up to four labels.
    @Test func everyPatternCoversWhatItIsFor() {
        let patterns = Self.texts(of: ["a", "b", "*", "*a"])
        let hosts = Self.texts(of: ["a", "b", "aa"])
        #expect((patterns.count, hosts.count) == (340, 120))
        for pattern in patterns {
            for host in hosts {
                let names = CertificateNames(names: [.host(Array(pattern.joined(separator: ".").utf8))])
                let isWildcard = pattern[0] == "*" && pattern.count >= 3
                let isFor = pattern.count == host.count && pattern.dropFirst() == host.dropFirst()
                #expect(
                    names.cover(host.joined(separator: ".")) == (pattern == host || isWildcard && isFor),
                    "\(pattern) \(host)")
            }
        }
    }

    private static func texts(of labels: [String]) -> [[String]] {
        var all: [[String]] = []
        var last: [[String]] = [[]]
        for _ in 1...4 {
            last = last.flatMap { text in labels.map { text + [$0] } }
            all += last
        }
        return all
    }
}
