/// A path of a file inside a directory asset, such as `en/words.txt`, that cannot leave the directory.
///
/// - Not empty, no leading or trailing `/`, no `//`, no `.` or `..` component, no NUL.
/// - At most 1,024 bytes, as an S3 key, and 255 a component, as a file name.
/// - Not `.SUCCESS`, which is modelkit's marker, nor below it.
///
/// Two paths are equal when their bytes are: `é` composed and decomposed are two files, as they are for the store and
/// the file system, although Swift's `String` calls them equal.
package struct RelativePath: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let maximumLength = 1024
    package static let maximumComponentLength = 255

    package let text: String

    package var description: String { text }

    package var components: [Substring] { PathText.components(of: text) }

    /// The path without its last component; nil for a path of one component.
    package var parent: RelativePath? {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return RelativePath(validated: String(text[..<slash]))
    }

    package var lastComponent: String {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return text }
        return String(text[text.utf8.index(after: slash)...])
    }

    package init(_ text: String) throws(RelativePathFault) {
        try Self.check(text)
        self.text = text
    }

    private init(validated text: String) { self.text = text }

    // Not synthesised: String compares by canonical equivalence.
    package static func == (left: RelativePath, right: RelativePath) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    package static func < (left: RelativePath, right: RelativePath) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    private static func check(_ text: String) throws(RelativePathFault) {
        if text.utf8.isEmpty { throw .empty }
        if text.utf8.contains(0) { throw .nul }
        if text.utf8.first == UInt8(ascii: "/") { throw .absolute }
        if text.utf8.count > maximumLength { throw .tooLong(limit: maximumLength) }
        for component in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if component.isEmpty { throw .emptyComponent }
            if component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) {
                throw .dots(String(Substring(component)))
            }
            if component.count > maximumComponentLength { throw .tooLong(limit: maximumComponentLength) }
        }
        if text.utf8.prefix(while: { $0 != UInt8(ascii: "/") }).elementsEqual(ModelkitLayout.marker.utf8) {
            throw .reserved
        }
    }
}

/// Why a text is not a path inside an asset.
package enum RelativePathFault: Error, Hashable {
    case empty
    case absolute
    case nul
    case emptyComponent
    /// A `.` or `..` component.
    case dots(String)
    case tooLong(limit: Int)
    /// `.SUCCESS`
    case reserved
}
