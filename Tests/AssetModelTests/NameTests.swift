import AssetModel
import Testing

@Suite("Asset names")
struct AssetNameTests {
    @Test(
        "is a name",
        arguments: [
            "a", "0", "nlp/lexicon", "a.b/c-d_e", "A/B/C", "x..y", "1/2/3", "a/" + String(repeating: "b", count: 255),
        ])
    func accepted(text: String) throws {
        #expect(try AssetName(text).text == text)
    }

    static let refusedNames: [(String, AssetNameFault)] = [
        ("", AssetNameFault.empty), ("/a", .edge), ("a/", .edge), ("-a", .edge), ("a-", .edge), (".a", .edge),
        ("a//b", .emptyComponent), ("a/../b", .dottedComponent("..")), ("a/./b", .dottedComponent(".")),
        ("a/.cache/b", .dottedComponent(".cache")), ("a b", .character(" ")), ("a\\b", .character("\\")),
        ("C:/a", .character(":")), ("é", .character("é")), ("e\u{301}", .character("\u{301}")),
        ("a\u{0}", .character("\u{0}")),
        ("a\n", .character("\n")), (String(repeating: "a", count: 513), .tooLong(limit: 512)),
        (String(repeating: "a", count: 256), .tooLong(limit: 255)),
    ]

    @Test(
        "is no name",
        arguments: refusedNames)
    func refused(text: String, fault: AssetNameFault) {
        #expect(throws: fault) { try AssetName(text) }
    }
}

@Suite("Relative paths")
struct RelativePathTests {
    @Test(
        "is a path",
        arguments: [
            "a", "en/words.txt", ".hidden", "a/.SUCCESS", "...", "a b", "é", "a\\b", "*", ".SUCCESS.txt", "\u{301}/a",
        ])
    func accepted(text: String) throws {
        #expect(try RelativePath(text).text == text)
    }

    static let refusedPaths: [(String, RelativePathFault)] = [
        ("", RelativePathFault.empty), ("/a", .absolute), ("a/", .emptyComponent), ("a//b", .emptyComponent),
        (".", .dots(".")), ("a/..", .dots("..")), ("../a", .dots("..")), ("a/./b", .dots(".")), ("a\u{0}", .nul),
        (".SUCCESS", .reserved), (".SUCCESS/a", .reserved), (String(repeating: "a", count: 256), .tooLong(limit: 255)),
        (String(repeating: "a/", count: 512) + "b", .tooLong(limit: 1024)),
    ]

    @Test(
        "is no path",
        arguments: refusedPaths)
    func refused(text: String, fault: RelativePathFault) {
        #expect(throws: fault) { try RelativePath(text) }
    }

    @Test func `composed and decomposed spellings are two paths`() throws {
        let (composed, decomposed) = (try RelativePath("\u{E9}"), try RelativePath("e\u{301}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
    }

    @Test(
        arguments: [("a", nil, "a"), ("a/b", "a", "b"), ("a/b/c.txt", "a/b", "c.txt")] as [(String, String?, String)])
    func `the parent and the last component of a path`(text: String, parent: String?, last: String) throws {
        let path = try RelativePath(text)
        #expect(path.parent?.text == parent)
        #expect(path.lastComponent == last)
    }
}

@Suite("Specification strings")
struct AssetSpecificationTests {
    @Test(
        "is written back as",
        arguments: [
            ("nlp/x", "nlp/x"), ("nlp/x:1", "nlp/x:1"), ("nlp/x:1.4", "nlp/x:1.4"), ("nlp/x:latest", "nlp/x"),
            ("nlp/x[en/words.txt]", "nlp/x[en/words.txt]"), ("nlp/x:1.4[/en]", "nlp/x:1.4[en]"),
        ])
    func accepted(text: String, canonical: String) throws {
        let specification = try AssetSpecification(parsing: text, in: .majorMinor)
        #expect(specification.description == canonical)
        #expect(try AssetSpecification(parsing: canonical, in: .majorMinor) == specification)
    }

    @Test func `a version with a minor is exact, one without is partial`() throws {
        let (one, oneFour) = (
            try #require(VersioningSystem.majorMinor.version("1")), VersioningSystem.majorMinor.version("1.4")
        )
        #expect(try AssetSpecification(parsing: "x:1", in: .majorMinor).requirement.kind == .partial(one))
        #expect(try AssetSpecification(parsing: "x:1.4", in: .majorMinor).requirement.exactVersion == oneFour)
    }

    static let refusedTexts: [(String, AssetSpecificationFault)] = [
        ("", AssetSpecificationFault.name(.empty, text: "")), (":1", .name(.empty, text: "")),
        ("x:", .version(text: "")),
        ("x:1:2", .version(text: "1:2")), ("x:v1", .version(text: "v1")), ("x:>=1", .version(text: ">=1")),
        ("x[", .bracket), ("x]", .bracket), ("x[a]b", .bracket), ("x[]", .subPart(.empty, text: "")),
        ("x[../a]", .subPart(.dots(".."), text: "../a")), ("x y", .name(.character(" "), text: "x y")),
        ("x[a][b]:1", .bracket),
    ]

    @Test(
        "is no specification",
        arguments: refusedTexts)
    func refused(text: String, fault: AssetSpecificationFault) {
        #expect(throws: fault) { try AssetSpecification(parsing: text, in: .majorMinor) }
    }
}

@Suite("Words")
struct WordTests {
    @Test(
        arguments: [
            ("bucket", "buckt", true), ("bucket", "bukcet", true), ("bucket", "pail", false), ("a", "b", true),
            ("ab", "xy", false),
            ("prefix", "PREFIX", true), ("nlp/vectors", "vectors", true), ("nlp/vectors", "vectrs", true),
            ("nlp/vectors", "cv/vectors", true), ("nlp/vectors", "other/vectors", false), ("nlp/vectors", "nlp", false),
        ])
    func `a word is near another`(known: String, word: String, isNear: Bool) {
        #expect((nearestWord(to: word, in: [known]) == known) == isNear)
    }

    @Test func `the nearest words come nearest first, and of equals the first`() {
        #expect(
            nearestWords(to: "lexicon", in: ["lexico", "lexicons", "lexikons", "lexicon", "x"], limit: 3) == [
                "lexicon", "lexico", "lexicons",
            ])
        #expect(nearestWord(to: "cat", in: ["car", "bat"]) == "car")
    }

    @Test(
        arguments: [
            (0, ""), (1, "1"), (2, "1 and 2"), (3, "1, 2 and 3"), (4, "1, 2, 3 and 4"), (5, "1, 2, 3 and 2 more"),
        ])
    func `an enumeration of three at most`(count: Int, text: String) {
        #expect(enumeration((1..<(count + 1)).map(String.init), limit: 3) == text)
    }
}
