/// The name of an asset, such as `nlp/lexicon`: one or more path components of letters, digits, `-`, `_` and `.`.
///
/// Python modelkit's grammar, less what could leave a directory or hide in it: modelkit also lets `\`, a leading `/`,
/// `//` and `..` through. Names compare by their bytes.
package struct AssetName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes: an S3 key holds 1,024 and the prefix, version and path need their share.
    package static let maximumLength = 512

    package let text: String

    package var description: String { text }

    package var components: [Substring] { text.split(separator: "/") }

    package init(_ text: String) throws(AssetNameFault) {
        try Self.check(text)
        self.text = text
    }

    package static func < (left: AssetName, right: AssetName) -> Bool { left.text < right.text }

    private static func check(_ text: String) throws(AssetNameFault) {
        guard let first = text.utf8.first, let last = text.utf8.last else { throw .empty }
        guard text.utf8.count <= maximumLength else { throw .tooLong(limit: maximumLength) }
        if !text.utf8.allSatisfy(isAllowed), let scalar = text.unicodeScalars.first(where: { !isAllowed($0) }) {
            throw .character(scalar)
        }
        guard isLetterOrDigit(first), isLetterOrDigit(last) else { throw .edge }
        for component in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if component.isEmpty { throw .emptyComponent }
            if component.first == UInt8(ascii: ".") { throw .dottedComponent(String(Substring(component))) }
            if component.count > RelativePath.maximumComponentLength {
                throw .tooLong(limit: RelativePath.maximumComponentLength)
            }
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        UInt8(exactly: scalar.value).map(isAllowed) ?? false
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"): true
        default: isLetterOrDigit(byte)
        }
    }
}

/// Why a text is not an asset name.
package enum AssetNameFault: Error, Hashable {
    case empty
    case tooLong(limit: Int)
    case character(Unicode.Scalar)
    /// The first or the last character is not a letter or a digit.
    case edge
    /// `//`
    case emptyComponent
    /// A component that begins with a dot: `..`, `.`, or one that would be hidden.
    case dottedComponent(String)
}

func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: isDigit(byte)
    }
}

func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
