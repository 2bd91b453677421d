/// Paths and keys as the store and the file system see them: bytes between slashes.
///
/// Swift's `split`, `hasPrefix` and `==` go by `Character`: a slash before a combining mark is no `/` for them.
package enum PathText {
    /// What stands between the slashes, without what is empty.
    package static func components(of text: some StringProtocol) -> [Substring] {
        Substring(text).utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
    }

    package static func hasPrefix(_ text: String, _ prefix: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

    /// The path of what is in a folder; the folder's may end with a slash, or be empty.
    package static func joined(_ folder: String, _ path: String) -> String {
        folder.isEmpty || folder.utf8.last == UInt8(ascii: "/") ? folder + path : "\(folder)/\(path)"
    }

    package static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
        text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
