internal import FoundationEssentials

/// Base 64 with padding. Source: <https://www.rfc-editor.org/rfc/rfc4648#section-4>
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Without padding, and with the two digits that a URL can hold.
    /// Source: <https://www.rfc-editor.org/rfc/rfc4648#section-5>
    package static func encodeForURL(_ bytes: [UInt8]) -> String {
        encode(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Nil where the text is not base 64: Foundation reads a group of padding alone as a zero byte.
    package static func decode(_ text: String) -> [UInt8]? {
        text.hasSuffix("===") ? nil : Data(base64Encoded: text).map { Array($0) }
    }
}
