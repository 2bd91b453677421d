/// The hosts that a certificate is valid for: its subject alternative names, and never its common name.
///
/// Rules: RFC 6125, section 6.4, as OpenSSL applies them for boto3.
package struct CertificateNames: Hashable, Sendable {
    package enum Name: Hashable, Sendable {
        /// A dNSName, byte for byte.
        case host([UInt8])
        /// An iPAddress: 4 bytes or 16 in network order.
        case address([UInt8])
    }

    package let names: [Name]

    /// Whether the certificate is valid for a host of an URL: a name, an IPv4 address, or an IPv6 address in brackets.
    ///
    /// An address is compared with addresses alone, and a name with names alone: the address that a connection leads to
    /// does not say which host answers there.
    func cover(_ host: String) -> Bool {
        let host = host.hasSuffix(".") ? String(host.dropLast()) : host
        if let address = AddressText.bytes(host) { return names.contains(.address(address)) }
        let bytes = host.utf8.map(\.lowercasedASCII)
        return !bytes.isEmpty
            && names.contains { name in
                if case .host(let pattern) = name { Self.matches(pattern.map(\.lowercasedASCII), bytes) } else { false }
            }
    }

    private static func matches(_ pattern: [UInt8], _ host: [UInt8]) -> Bool {
        pattern == host || matchesWildcard(pattern, host)
    }

    /// `*.store.example` stands for one label in the place of the `*`. It has to be a whole label, and `*.example` is
    /// too wide.
    private static func matchesWildcard(_ pattern: [UInt8], _ host: [UInt8]) -> Bool {
        let dot = UInt8(ascii: ".")
        guard pattern.starts(with: "*.".utf8), let end = host.firstIndex(of: dot), end > 0 else { return false }
        let parent = pattern.dropFirst(2).split(separator: dot, omittingEmptySubsequences: false)
        return parent.count >= 2 && parent.allSatisfy { !$0.isEmpty } && pattern.dropFirst() == host[end...]
    }
}

extension UInt8 {
    fileprivate var lowercasedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
