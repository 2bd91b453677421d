/// A SHA-256 digest: 32 bytes, written as 64 hexadecimal digits.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32

    /// 64 lower-case hexadecimal digits.
    package let hex: String

    package var description: String { hex }

    /// - Parameter hex: 64 hexadecimal digits in either case; nil for anything else.
    package init?(hex: String) {
        guard hex.utf8.count == 2 * Self.byteCount else { return nil }
        var isLower = true
        for byte in hex.utf8 {
            switch byte {
            case 0x30...0x39, 0x61...0x66: continue
            case 0x41...0x46: isLower = false
            default: return nil
            }
        }
        self.hex = isLower ? hex : hex.lowercased()
    }

    /// - Precondition: 32 bytes.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount)
        hex = ObjectChecksum.hex(bytes)
    }

    /// As images write it: `sha256:9f86d0…`.
    package var tagged: String { "sha256:\(hex)" }

    /// Reads `sha256:9f86d0…`, in lower case; nil for anything else.
    package init?(tagged text: String) {
        guard text.hasPrefix("sha256:"), text == text.lowercased() else { return nil }
        self.init(hex: String(text.dropFirst(7)))
    }
}
