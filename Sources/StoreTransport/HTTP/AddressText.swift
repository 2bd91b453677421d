internal import Glibc

/// IP addresses as texts and as bytes.
package enum AddressText {
    /// The bytes of `10.0.0.7` or `[::1]`; nil for a name.
    static func bytes(_ host: String) -> [UInt8]? {
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let text = isBracketed ? String(host.dropFirst().dropLast()) : host
        return bytes(text, isBracketed ? AF_INET6 : AF_INET)
    }

    /// The same of an IPv6 address without its brackets too.
    static func bytes(anyOf text: String) -> [UInt8]? { bytes(text) ?? bytes(text, AF_INET6) }

    private static func bytes(_ text: String, _ family: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Nil where an address has another number of bytes.
    package static func text(_ bytes: [UInt8]) -> String? {
        guard [4, 16].contains(bytes.count) else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
