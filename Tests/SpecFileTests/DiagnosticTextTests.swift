import AssetModel
import Foundation
import SpecFile
import Terminal
import Testing
import Words

@testable import AssetsCommand

struct DiagnosticTextTests {
    private func diagnostic(_ line: String, column: Int, length: Int, expected: String? = nil) -> Diagnostic {
        let place = SourceLocation(file: "assets.yaml", line: 7, column: column)
        return Diagnostic(
            code: "x", message: "wrong", at: SourceExcerpt(location: place, line: line, length: length),
            expected: expected,
            hint: "right")
    }

    /// The source line and the line of carets, without the gutter.
    private func marks(_ line: String, column: Int, length: Int, width: Int = 80) -> [String] {
        let text = DiagnosticText(width: width).render([diagnostic(line, column: column, length: length)])
        return text.split(separator: "\n").dropFirst(3).prefix(2).map { String($0.dropFirst(5)) }
    }

    @Test("the whole of a diagnostic")
    func whole() {
        let text = DiagnosticText().render([diagnostic("    verison: 3", column: 5, length: 7, expected: "`version`")])
        #expect(
            text == """
                error: wrong
                  --> assets.yaml:7:5
                   |
                 7 |     verison: 3
                   |     ^^^^^^^ expected `version`
                   = hint: right

                """)
    }

    @Test("in a narrow terminal what was expected has its own line")
    func narrow() {
        let found = [diagnostic("    verison: 3", column: 5, length: 7, expected: "one of `name` or `version`")]
        #expect(
            DiagnosticText(width: 40).render(found) == """
                error: wrong
                  --> assets.yaml:7:5
                   |
                 7 |     verison: 3
                   |     ^^^^^^^
                   = expected one of `name` or `version`
                   = hint: right

                """)
    }

    @Test("with colour the words are the same")
    func colour() {
        let found = [diagnostic("    verison: 3", column: 5, length: 7, expected: "`version`")]
        let coloured = DiagnosticText(style: Style(isOn: true)).render(found)
        #expect(coloured.hasPrefix("\u{1B}[31merror\u{1B}[0m\u{1B}[1m: wrong\u{1B}[0m\n"))
        #expect(coloured.contains("\u{1B}[31m^^^^^^^\u{1B}[0m"))
        #expect(coloured.replacing(/\u{1B}\[[0-9]+m/, with: "") == DiagnosticText().render(found))
    }

    @Test("carets stand under what they mean, in cells")
    func cells() {
        #expect(marks("日本 x", column: 4, length: 1) == ["日本 x", "     ^"])
        #expect(marks("日本 x", column: 1, length: 2) == ["日本 x", "^^^^"])
        #expect(marks("🎉: x", column: 2, length: 1) == ["🎉: x", "  ^"])
        #expect(marks("e\u{301}e\u{301} x", column: 6, length: 1) == ["e\u{301}e\u{301} x", "   ^"])
        #expect(marks("👨‍👩‍👧 x", column: 7, length: 1) == ["👨‍👩‍👧 x", "   ^"])
        #expect(marks("a\tb\tc", column: 5, length: 1) == ["a   b   c", "        ^"])
        #expect(marks("a:", column: 3, length: 1) == ["a:", "  ^"])
    }

    @Test("nothing in a source line or a message reaches the terminal as a control")
    func escapes() {
        #expect(marks("a\u{1B}[2Jb", column: 6, length: 1) == ["a\\u{1B}[2Jb", "          ^"])
        #expect(marks("a\u{202E}b", column: 3, length: 1) == ["a\\u{202E}b", "         ^"])
        let found = Diagnostic(code: "x", message: "a\u{1B}b", at: nil, expected: "c\nd", hint: "e\u{9B}f")
        #expect(DiagnosticText().render([found]) == "error: a\\u{1B}b\n   = expected c\\nd\n   = hint: e\\u{9B}f\n")
    }

    @Test("a long line is cut round the caret, at either end")
    func longLines() {
        let line = String(repeating: "a", count: 200) + "!" + String(repeating: "b", count: 200)
        let cut = marks(line, column: 201, length: 1, width: 45)
        #expect(
            cut == [
                "…" + String(repeating: "a", count: 12) + "!" + String(repeating: "b", count: 25) + "…",
                "             ^",
            ])
        #expect(marks(line, column: 1, length: 2, width: 45) == [String(repeating: "a", count: 38) + "…", "^^"])
        let end = marks(line, column: 401, length: 1, width: 45)
        #expect(end == ["…" + String(repeating: "b", count: 38), String(repeating: " ", count: 38) + "^"])
    }

    @Test("the schema that the program prints is the one in the repository")
    func schema() throws {
        let file = try String(
            contentsOf: Corpus.repository.appending(path: "schema/assets.schema.json"), encoding: .utf8)
        #expect(SpecSchema.text + "\n" == file)
    }
}
