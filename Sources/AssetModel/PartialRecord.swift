/// The record of an asset that was fetched in part: the paths that are there, sorted, one a line.
///
/// A line feed or a percent sign in a path is percent-encoded.
package struct PartialRecord: Sendable, Hashable {
    package let paths: [RelativePath]

    package init(paths: [RelativePath]) { self.paths = paths.sorted() }

    package var text: String {
        paths.map { Self.encoded($0.text) + "\n" }.joined()
    }

    /// Nil where the text is no such record.
    package init?(text: String) {
        var paths: [RelativePath] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let path = try? RelativePath(Self.decoded(String(Substring(line)))) else { return nil }
            paths.append(path)
        }
        self.init(paths: paths)
    }

    private static func encoded(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "%"): result += Array("%25".utf8)
            case UInt8(ascii: "\n"): result += Array("%0A".utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func decoded(_ text: String) -> String {
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes = bytes.dropFirst(2)
                result.append(code)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
