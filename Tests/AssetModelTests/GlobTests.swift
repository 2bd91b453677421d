import AssetModel
import Testing

@Suite("Globs")
struct GlobTests {
    static let patterns: [(String, [String], [String])] = [
        // Within a component
        ("*", ["a", ".hidden", "é"], ["a/b"]),
        ("*.txt", ["a.txt", ".txt"], ["a.txt.gz", "en/a.txt", "atxt"]),
        ("a?c", ["abc", "aéc", "a.c"], ["ac", "abbc", "a/c"]),
        ("a*c", ["ac", "abc", "abcc"], ["a/c", "acb"]),
        ("*a*b*", ["ab", "xaybz", "aabb"], ["ba", "a/b"]),
        ("[abc]", ["a", "b", "c"], ["d", "ab", ""]),
        ("[a-c]x", ["ax", "bx", "cx"], ["dx", "-x"]),
        ("[!a-c]", ["d", "-"], ["a", "b"]),
        ("[^a-c]", ["d"], ["a"]),
        ("[]]", ["]"], ["a"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[-a]", ["a", "-"], ["b"]),
        ("[!]]", ["a"], ["]"]),
        ("\\*", ["*"], ["a", "\\*"]),
        ("\\[a]", ["[a]"], ["a"]),
        ("a\\\\b", ["a\\b"], ["ab"]),
        ("[*?]", ["*", "?"], ["a"]),
        // Across components
        ("a/b", ["a/b"], ["a", "a/b/c", "b"]),
        ("*/b", ["a/b"], ["b", "a/a/b"]),
        ("**", ["a", "a/b", "a/b/c"], []),
        ("**/*.txt", ["a.txt", "x/a.txt", "x/y/a.txt"], ["a.txt/b"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a", "ab/c"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/b/c", "ab", "b"]),
        ("**/a/**", ["a/b", "x/a/b", "x/a/y/z"], ["a", "x/a"]),
        ("**/**", ["a", "a/b"], []),
        ("a/", ["a/b", "a/b/c"], ["a", "b/a/c"]),
        ("a**b", ["ab", "axb"], ["a/b", "ax/yb"]),
        ("**a", ["a", "xa"], ["x/a"]),
        ("fp16/**/*.bin", ["fp16/a.bin", "fp16/x/a.bin"], ["fp32/a.bin", "fp16/a.txt"]),
        // By scalars, not by what looks alike
        ("e\u{301}", ["e\u{301}"], ["\u{E9}"]),
        ("e?", ["e\u{301}"], ["\u{E9}"]),
        // A slash before a combining mark is a slash
        ("a/\u{301}b", ["a/\u{301}b"], ["a/b"]),
        ("a/*", ["a/\u{301}b"], ["a"]),
        ("*/\u{301}*", ["a/\u{301}b", "a/\u{301}"], ["a/b"]),
        ("**/\u{E31}x", ["\u{E31}x", "a/\u{E31}x"], ["a/x"]),
        ("\u{301}/", ["\u{301}/a"], ["\u{301}"]),
        ("a\r\nb", ["a\r\nb"], ["a\rb", "a\nb"]),
        ("a??b", ["a\r\nb"], ["a\nb"]),
    ]

    @Test(
        "takes and leaves",
        arguments: patterns)
    func table(pattern: String, takes: [String], leaves: [String]) throws {
        let glob = try #require(Glob(pattern))
        for text in takes { #expect(glob.matches(try RelativePath(text)), "\(pattern) takes \(text)") }
        for text in leaves where !text.isEmpty {
            #expect(!glob.matches(try RelativePath(text)), "\(pattern) leaves \(text)")
        }
    }

    @Test(
        "is no pattern",
        arguments: [
            "", "/", "/a", "a//b", "a//", ".", "..", "a/../b", "./a", "[", "[a", "[]", "[!]", "a/[b", "[z-a]", "a\\",
            "[a/b]", "/\u{301}a", "a//\u{301}", "a/./\u{301}",
        ])
    func refused(pattern: String) {
        #expect(Glob(pattern) == nil)
    }

    static let slowPatterns: [(String, String)] = [
        (Array(repeating: "*a", count: 100).joined() + "b", String(repeating: "a", count: 255)),
        (
            Array(repeating: "**/a", count: 200).joined(separator: "/") + "/b",
            Array(repeating: "a", count: 500).joined(separator: "/")
        ),
        (
            Array(repeating: "**", count: 300).joined(separator: "/") + "/x",
            Array(repeating: "a", count: 500).joined(separator: "/")
        ),
        (
            Array(repeating: "**/*", count: 100).joined(separator: "/") + "/b",
            Array(repeating: "a", count: 500).joined(separator: "/")
        ),
    ]

    @Test(
        "a pattern made to be slow answers at once",
        arguments: slowPatterns)
    func pathological(pattern: String, path: String) throws {
        // An exponential matcher does not come back from this within anybody's patience.
        let glob = try #require(Glob(pattern))
        #expect(!glob.matches(try RelativePath(path)))
    }

    static let selectionTable: [([String], [String], [String])] = [
        ([], [], ["a.bin", "fp16/a.bin", "fp16/a.onnx"]), (["fp16/**"], [], ["fp16/a.bin", "fp16/a.onnx"]),
        ([], ["**/*.onnx"], ["a.bin", "fp16/a.bin"]), (["fp16/**"], ["**/*.onnx"], ["fp16/a.bin"]),
        (["*.bin", "**/*.onnx"], [], ["a.bin", "fp16/a.onnx"]), (["x"], [], []), ([], ["**"], []),
    ]

    @Test(
        "a selection takes",
        arguments: selectionTable)
    func selection(include: [String], exclude: [String], taken: [String]) throws {
        let selection = FileSelection(
            include: include.compactMap { Glob($0) }, exclude: exclude.compactMap { Glob($0) })
        let files = try ["a.bin", "fp16/a.bin", "fp16/a.onnx"].map { try RelativePath($0) }
        #expect(files.filter(selection.takes).map(\.text) == taken)
    }
}
