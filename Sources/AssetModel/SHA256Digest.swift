/// A SHA-256 digest: 32 bytes, written as 64 hexadecimal digits.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32

    /// 64 lower-case hexadecimal digits.
    package let hex: String

    package var description: String { hex }

    /// - Parameter hex: 64 hexadecimal digits in either case; nil for anything else.
    package init?(hex: String) {
        guard hex.utf8.count == 2 * Self.byteCount, hex.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        self.hex = hex.lowercased()
    }

    /// - Precondition: 32 bytes.
    package init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == Self.byteCount)
        let digits = Array("0123456789abcdef".unicodeScalars)
        var text = String.UnicodeScalarView()
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        hex = String(text)
    }
}
