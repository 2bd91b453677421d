/// The record of an asset that was fetched in part: the paths that are there, sorted, one a line.
///
/// Each path is a `LineField`.
package struct PartialRecord: Sendable, Hashable {
    package let paths: [RelativePath]

    package init(paths: [RelativePath]) { self.paths = paths.sorted() }

    package var text: String {
        paths.map { LineField.encoded($0.text) + "\n" }.joined()
    }

    /// Nil where the text is no such record.
    package init?(text: String) {
        var paths: [RelativePath] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let path = try? RelativePath(LineField.decoded(Substring(line))) else { return nil }
            paths.append(path)
        }
        self.init(paths: paths)
    }
}
