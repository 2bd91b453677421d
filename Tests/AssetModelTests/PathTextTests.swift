import AssetModel
import Testing

/// A slash and what combines with it are one Character, and canonically equivalent Strings are equal.
@Suite("Paths are bytes")
struct PathTextTests {
    @Test("a name may begin with a combining mark", arguments: ["\u{301}x", "\u{E31}", "\u{200D}"])
    func combining(name: String) throws {
        let path = try RelativePath("folder/" + name)
        #expect(path.components.map { Array($0.utf8) } == [Array("folder".utf8), Array(name.utf8)])
        #expect(Array(path.lastComponent.utf8) == Array(name.utf8))
        #expect(path.parent?.text == "folder")
        #expect(PathText.hasPrefix(path.text, "folder/"))
        #expect(PathText.hasSuffix("folder\(name)/", "/"))
    }

    @Test("a part in brackets may begin with a combining mark", arguments: ["\u{301}x", "a/\u{301}x", "x\r\n"])
    func partOfSpecification(part: String) throws {
        for text in ["nlp/lexicon:1[\(part)]", "nlp/lexicon:1[/\(part)]"] {
            let specification = try AssetSpecification(parsing: text, in: .majorMinor)
            #expect(specification.subPart.map { Array($0.text.utf8) } == Array(part.utf8))
            #expect(specification.name.text == "nlp/lexicon")
        }
    }

    @Test func foldersAndWhatIsInThem() {
        #expect(PathText.joined("", "a") == "a")
        #expect(PathText.joined("/", "a") == "/a")
        #expect(PathText.joined("b/", "a") == "b/a")
        #expect(Array(PathText.joined("b", "\u{301}a").utf8) == Array("b/\u{301}a".utf8))
    }

    @Test func theMarkerIsReservedByItsBytes() throws {
        #expect(throws: RelativePathFault.reserved) { try RelativePath(".SUCCESS/\u{301}x") }
        #expect(try RelativePath(".SUCCESS\u{301}").text.utf8.count == 10)
    }

    @Test func equivalentNamesAreTwo() throws {
        #expect(try Set([RelativePath("\u{E9}"), RelativePath("e\u{301}")]).count == 2)
    }
}
