import FoundationEssentials
import Testing

/// Files are read in a few screens, functions in one, and no target is most of the program.
@Suite struct SizeTests {
    @Test("nine of ten files have fewer than 200 lines") func files() throws {
        let lengths = try Self.files().map(\.lines.count)
        let limit = Self.percentile90(lengths)
        #expect(limit < 200, "the ninetieth percentile is \(limit)")
    }

    @Test("nine of ten functions of several lines have fewer than 20, and none more than 50") func functions() throws {
        let functions = try Self.files().flatMap { Self.functions(in: $0) }
        #expect(functions.count > 1000)
        let limit = Self.percentile90(functions.map(\.length))
        #expect(limit < 20, "the ninetieth percentile is \(limit)")
        for function in functions where function.length > 50 {
            Issue.record("\(function.place) has \(function.length) lines")
        }
    }

    @Test("no target has more than a fifth of the lines") func targets() throws {
        let lines = Dictionary(grouping: try Self.files(), by: \.target).mapValues { files in
            files.reduce(0) { $0 + $1.lines.count }
        }
        let all = lines.values.reduce(0, +)
        for (target, count) in lines where count * 5 > all {
            Issue.record("\(target) has \(count) of \(all) lines")
        }
    }

    @Test("a function is measured from its first line to its brace") func measuring() {
        let text = """
            struct A {
                var short: Int { 1 }

                func two() {
                    print(1)
                }

                private static func wrapped(
                    _ a: Int
                ) -> Int {
                    if a > 1 {
                        return a
                    }
                    return 0
                }
            }
            """
        let file = File(target: "A", path: "A/A.swift", lines: text.split(separator: "\n").map(String.init))
        #expect(Self.functions(in: file).map(\.length) == [3, 8])
    }

    // MARK: Measuring

    private struct File {
        let target: String
        let path: String
        let lines: [String]
    }

    private struct Function {
        let place: String
        let length: Int
    }

    private static func files() throws -> [File] {
        try SourceTree.swiftTargets().flatMap { target in
            try FileManager.default.subpathsOfDirectory(atPath: "\(SourceTree.root)/Sources/\(target)").sorted()
                .filter { $0.hasSuffix(".swift") }.map { path in
                    let data = try Data(contentsOf: URL(filePath: "\(SourceTree.root)/Sources/\(target)/\(path)"))
                    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
                        String(decoding: $0, as: UTF8.self)
                    }
                    return File(target: target, path: "\(target)/\(path)", lines: lines.dropLast())
                }
        }
    }

    /// Those whose braces stand on lines of their own, as the formatter puts them where a body has several lines.
    private static func functions(in file: File) -> [Function] {
        file.lines.indices.compactMap { start in
            let line = file.lines[start]
            let indent = String(line.prefix { $0 == " " })
            let words = line.split(separator: " ").prefix { $0 != "=" && $0 != ":" }
            guard let word = words.first(where: { !modifiers.contains(String($0)) && !$0.hasPrefix("@") }),
                keywords.contains(where: { word == $0 || word.hasPrefix($0 + "(") || word.hasPrefix($0 + "?(") }),
                let open = opening(of: file.lines[start...], indent), file.lines[open].hasSuffix("{"),
                let end = file.lines[open...].firstIndex(of: indent + "}")
            else { return nil }
            return Function(place: "\(file.path):\(start + 1)", length: end - start + 1)
        }
    }

    /// The line that ends a declaration's head.
    private static func opening(of lines: ArraySlice<String>, _ indent: String) -> Int? {
        lines.indices.first { place in
            let line = lines[place]
            if line.hasSuffix("{") || line.hasSuffix("}") || line.isEmpty { return true }
            // Another declaration, as of a protocol's requirement.
            return place > lines.startIndex && line.hasPrefix(indent)
                && line.dropFirst(indent.count).first?.isLetter == true
        }
    }

    private static let modifiers: Set = [
        "package", "private", "fileprivate", "static", "mutating", "final", "convenience", "nonisolated", "consuming",
        "override",
    ]

    private static let keywords = ["func", "init", "deinit", "subscript", "var"]

    private static func percentile90(_ lengths: [Int]) -> Int {
        lengths.isEmpty ? 0 : lengths.sorted()[lengths.count * 9 / 10]
    }
}
