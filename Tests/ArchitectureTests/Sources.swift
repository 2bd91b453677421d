import FoundationEssentials

/// The sources as the tests read them.
enum SourceTree {
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
        separator: "/")

    /// A line of code, without comments and what stands in texts.
    struct Line: Sendable {
        /// `AssetModel/PushDate.swift`
        let file: String
        let number: Int
        let code: String

        var place: String { "Sources/\(file):\(number)" }
    }

    /// All of Swift's, of the given targets.
    static func lines(of targets: [String]) throws -> [Line] {
        try files(of: targets).flatMap { try lines(ofFile: $0) }
    }

    /// The same with what stands in texts, and without the lines that are comments.
    static func texts(of targets: [String]) throws -> [Line] {
        try files(of: targets).flatMap { file in
            let text = String(decoding: try Data(contentsOf: URL(filePath: "\(root)/Sources/\(file)")), as: UTF8.self)
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
                Line(file: file, number: $0 + 1, code: String($1))
            }
        }.filter { !$0.code.drop { $0 == " " }.hasPrefix("//") }
    }

    /// The folders that have any Swift.
    static func swiftTargets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/Sources").filter { folder in
            try FileManager.default.subpathsOfDirectory(atPath: "\(root)/Sources/\(folder)").contains {
                $0.hasSuffix(".swift")
            }
        }.sorted()
    }

    private static func files(of targets: [String]) throws -> [String] {
        try targets.flatMap { target in
            try FileManager.default.subpathsOfDirectory(atPath: "\(root)/Sources/\(target)").sorted()
                .filter { $0.hasSuffix(".swift") }.map { "\(target)/\($0)" }
        }
    }

    private static func lines(ofFile file: String) throws -> [Line] {
        let bytes = Array(try Data(contentsOf: URL(filePath: "\(root)/Sources/\(file)")))
        return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map {
            Line(file: file, number: $0 + 1, code: code(of: $1))
        }
    }

    /// What is interpolated into a text counts as code.
    private static func code(of line: ArraySlice<UInt8>) -> String {
        var code: [UInt8] = []
        // How deep the parentheses of an interpolation are, for each text that it stands in.
        var (depths, isText, isEscaped): ([Int], Bool, Bool) = ([], false, false)
        for byte in line {
            if isText {
                if isEscaped {
                    isEscaped = false
                    guard byte == UInt8(ascii: "(") else { continue }
                    (isText, depths) = (false, depths + [0])
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                    continue
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                } else {
                    continue
                }
            } else if byte == UInt8(ascii: "\"") {
                isText = true
            } else if byte == UInt8(ascii: "/"), code.last == byte {
                code.removeLast()
                break
            } else if let depth = depths.last, byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") {
                depths[depths.count - 1] = byte == UInt8(ascii: "(") ? depth + 1 : depth - 1
                if depth == 0, byte == UInt8(ascii: ")") { (isText, depths) = (true, depths.dropLast()) }
            }
            code.append(byte)
        }
        return String(decoding: code, as: UTF8.self)
    }
}
