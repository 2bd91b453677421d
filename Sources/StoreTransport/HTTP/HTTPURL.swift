/// An address that requests go to: `http://host:9000/bucket/key?uploads`. The path and query are kept as they are, byte
/// for byte.
package struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable {
        case http, https

        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    package var scheme: Scheme
    /// In lower case; an IPv6 address is in brackets.
    package var host: String
    package var port: Int
    /// The path, percent-encoded, `/` at least; and after a `?` the query.
    package var target: String

    package init(scheme: Scheme, host: String, port: Int? = nil, target: String = "/") {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port ?? scheme.defaultPort
        self.target = target.isEmpty ? "/" : target
    }

    /// Reads `scheme://host[:port][/path][?query]`. Nil for anything else; a user and a fragment are refused.
    package init?(_ text: String) {
        let lower = text.lowercased()
        guard let scheme = [Scheme.https, .http].first(where: { lower.hasPrefix("\($0.rawValue)://") }),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let rest = text.dropFirst(scheme.rawValue.count + 3)
        let authority = rest.prefix { !"/?#".contains($0) }
        let target = rest.dropFirst(authority.count)
        guard !target.contains("#"), let place = Self.place(authority) else { return nil }
        self.init(
            scheme: scheme, host: String(place.host), port: place.port,
            target: target.hasPrefix("?") ? "/" + target : String(target))
    }

    /// A text that is no address, for a message: without the user and password that may be what is wrong with it. A
    /// password may hold any character, so that the last `@` ends it.
    package static func shown(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let scheme = text.firstRange(of: "://").map { text[..<$0.upperBound] } ?? ""
        let isScheme = scheme.utf8.dropLast(3).allSatisfy { $0.isLetterOrDigit || "+-.".utf8.contains($0) }
        return "\(isScheme ? scheme : "")[secret]\(text[at...])"
    }

    private static func place(_ authority: Substring) -> (host: Substring, port: Int?)? {
        // The colons of an IPv6 address are within brackets.
        let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
        guard !authority.contains("@") else { return nil }
        guard let colon = authority[bracket...].firstIndex(of: ":") else {
            return authority.isEmpty ? nil : (authority, nil)
        }
        let digits = authority[authority.index(after: colon)...]
        guard colon > authority.startIndex, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits), port > 0
        else { return nil }
        return (authority[..<colon], Int(port))
    }

    /// Whether the text is a host's name, or an address in brackets.
    package static func isHost(_ text: String) -> Bool { text.hasPrefix("[") && text.hasSuffix("]") || isName(text) }

    /// Whether the text is a host's name. Source: botocore's `is_valid_endpoint_url`.
    package static func isName(_ text: String) -> Bool {
        let labels = (text.hasSuffix(".") ? text.dropLast() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 255
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.count < 64 && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
            }
    }

    /// What the `Host` header says: the port only where it is not the scheme's own.
    package var authority: String { port == scheme.defaultPort ? host : "\(host):\(port)" }

    /// Whether what is sent there stays on this machine.
    package var isLoopback: Bool {
        // `127.store.example` is a name like any other.
        ["localhost", "[::1]"].contains(host) || AddressText.bytes(host).map { $0.count == 4 && $0[0] == 127 } ?? false
    }

    package var path: Substring { target[..<questionMark] }

    package var query: Substring { target[questionMark...].dropFirst() }

    private var questionMark: String.Index { target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex }

    package var description: String { "\(scheme.rawValue)://\(authority)\(target)" }

    /// What a header `Location` in an answer from here leads to; nil where it is no address of HTTP.
    /// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-5.2>, without what `.` and `..` stand for.
    package func resolving(_ location: String) -> HTTPURL? {
        let text = String(location.prefix { $0 != "#" })
        if text.contains("://"), let url = HTTPURL(text) { return url }
        if text.hasPrefix("//") { return HTTPURL("\(scheme.rawValue):\(text)") }
        if text.hasPrefix("/") { return HTTPURL(origin + text) }
        if text.hasPrefix("?") { return HTTPURL(origin + path + text) }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return HTTPURL(origin + folder + text)
    }

    /// Scheme, host and port alone.
    package var origin: String { "\(scheme.rawValue)://\(authority)" }
}

extension UInt8 {
    /// In ASCII.
    package var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
