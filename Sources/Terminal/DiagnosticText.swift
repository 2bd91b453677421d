package import AssetModel

/// Diagnostics as text for a terminal, in the manner of rustc:
///
/// ```
/// error: unknown key `verison` in an asset
///   --> assets.yaml:7:5
///    |
///  7 |     verison: "3"
///    |     ^^^^^^^ expected one of `name`, `version` …
///    = hint: did you mean `version`?
/// ```
///
/// What was expected stands beside the caret where it fits, and below as a line of its own where it does not.
package struct DiagnosticText {
    /// In cells. Of the source lines alone: sentences are left to the terminal, which breaks them.
    private let width: Int
    private let style: Style

    /// In less, nothing of a line can be seen beside its number.
    private static let narrowest = 16

    package init(width: Int = 120, style: Style = .plain) {
        self.width = max(width, Self.narrowest)
        self.style = style
    }

    /// With an empty line between two diagnostics, and a line end at the end.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { text(of: $0) + "\n" }.joined(separator: "\n")
    }

    /// - Parameter notes: further lines about it, each a sentence of its own.
    package func text(of diagnostic: Diagnostic, notes: [String] = []) -> String {
        lines(diagnostic, notes).joined(separator: "\n")
    }

    private func lines(_ diagnostic: Diagnostic, _ notes: [String]) -> [String] {
        let message = diagnostic.message.escapedForTerminal
        let head = style.paint("error", .red) + style.paint(": \(message)", .bold)
        let gutter = Gutter(line: diagnostic.excerpt?.location.line, style: style)
        var lines = [head]
        var expected = diagnostic.expected.map { "expected \($0.escapedForTerminal)" }
        if let excerpt = diagnostic.excerpt { lines += source(excerpt, gutter, label: &expected) }
        if let expected { lines.append(gutter.note(expected)) }
        lines += notes.map { gutter.note($0.escapedForTerminal) }
        if let hint = diagnostic.hint { lines.append(gutter.note("hint: \(hint.escapedForTerminal)")) }
        return lines
    }

    /// - Parameter label: Becomes nil where it has been written beside the caret.
    private func source(_ excerpt: SourceExcerpt, _ gutter: Gutter, label: inout String?) -> [String] {
        let place = "\(gutter.arrow) \(excerpt.location.description.escapedForTerminal)"
        guard !excerpt.line.isEmpty else { return [place] }
        let shown = SourceLineText(excerpt, width: width - gutter.width)
        var marks = shown.indent + style.paint(shown.carets, .red)
        if let text = label, gutter.width + shown.caretEnd + 1 + TextWidth.cells(text) <= width {
            marks += " " + style.paint(text, .red)
            label = nil
        }
        return [place, gutter.empty, gutter.numbered + shown.line, gutter.empty + " " + marks]
    }
}

/// What stands to the left of a source line and below it.
private struct Gutter {
    private let number: String
    private let style: Style

    init(line: Int?, style: Style) {
        number = line.map(String.init) ?? " "
        self.style = style
    }

    /// Of ` 7 | `, in cells.
    var width: Int { number.count + 4 }
    var arrow: String { blank + style.paint("-->", .cyan) }
    var empty: String { blank + " " + style.paint("|", .cyan) }
    var numbered: String { " " + style.paint("\(number) |", .cyan) + " " }

    func note(_ text: String) -> String { blank + " " + style.paint("=", .cyan) + " " + text }

    private var blank: String { TextWidth.spaces(number.count + 1) }
}

/// A source line and its carets, cell by cell: tabs are expanded, what would move the cursor is escaped, and of a long
/// line only the surroundings of the caret are shown.
private struct SourceLineText {
    private static let tabWidth = 4
    /// How many scalars to either side of the caret are looked at, for each cell that there is: a character has several.
    private static let reach = 8

    let line: String
    let indent: String
    let carets: String
    /// The cells up to the end of the carets.
    let caretEnd: Int

    /// A character as it is shown. A caret stands under the whole of it, never under half.
    private struct Cell {
        let text: String
        let width: Int
        let isMarked: Bool
    }

    init(_ excerpt: SourceExcerpt, width: Int) {
        // What is far from the caret is not looked at: a line may have megabytes.
        let skipped = max(0, excerpt.location.column - 1 - Self.reach * width)
        let scalars = excerpt.line.unicodeScalars.dropFirst(skipped)
        let near = scalars.prefix(2 * Self.reach * width)
        let marked = excerpt.location.column - 1 - skipped
        let cells = Self.cells(String(near), marked: marked..<marked + excerpt.length)
        let first = cells.firstIndex(where: \.isMarked) ?? cells.count
        let window = Self.window(cells, around: first, width: width)
        let head = window.lowerBound > 0 || skipped > 0 ? "…" : ""
        let tail = window.upperBound < cells.count || near.endIndex < scalars.endIndex ? "…" : ""
        line = head + cells[window].map(\.text).joined() + tail
        let before = TextWidth.cells(head) + cells[window.lowerBound..<first].reduce(0) { $0 + $1.width }
        let underlined = cells[first..<max(first, window.upperBound)].prefix(while: \.isMarked).reduce(0) {
            $0 + $1.width
        }
        indent = TextWidth.spaces(before)
        carets = String(repeating: "^", count: max(1, underlined))
        caretEnd = before + max(1, underlined)
    }

    private static func cells(_ line: String, marked: Range<Int>) -> [Cell] {
        var (cells, scalar, column) = ([Cell](), 0, 0)
        for character in line {
            let scalars = scalar..<scalar + character.unicodeScalars.count
            let text =
                character == "\t"
                ? TextWidth.spaces(tabWidth - column % tabWidth) : String(character).escapedForTerminal
            let width = TextWidth.cells(text)
            cells.append(Cell(text: text, width: width, isMarked: scalars.overlaps(marked)))
            scalar = scalars.upperBound
            column += width
        }
        return cells
    }

    /// As many cells as fit, a third of the room before the caret and the rest from it on.
    private static func window(_ cells: [Cell], around first: Int, width: Int) -> Range<Int> {
        guard cells.reduce(0, { $0 + $1.width }) > width else { return 0..<cells.count }
        let room = width - 2
        var (lower, used) = (first, 0)
        while lower > 0, used + cells[lower - 1].width <= room / 3 {
            lower -= 1
            used += cells[lower].width
        }
        var upper = first
        while upper < cells.count, used + cells[upper].width <= room {
            used += cells[upper].width
            upper += 1
        }
        while upper == cells.count, lower > 0, used + cells[lower - 1].width <= room {
            lower -= 1
            used += cells[lower].width
        }
        return lower..<upper
    }
}
