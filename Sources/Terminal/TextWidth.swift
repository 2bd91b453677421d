/// How many cells of a terminal a text takes.
///
/// A character of East Asian width W or F (https://www.unicode.org/reports/tr11/) and an emoji take two, a combining
/// mark none. Colour sequences (`ESC [ … m`) take none. Other control characters are not expected here: text from
/// outside is escaped first.
package enum TextWidth {
    package static let ellipsis: Character = "…"

    package static func cells(_ text: String) -> Int {
        // Printable ASCII, which is nearly everything, needs no tables.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
        var (total, isInSequence) = (0, false)
        for character in text {
            if character == "\u{1B}" { isInSequence = true }
            if !isInSequence { total += cells(character) }
            if character == "m" { isInSequence = false }
        }
        return total
    }

    /// The text, cut at its end to fit: `nlp/lexi…`.
    package static func truncatingEnd(_ text: String, to limit: Int) -> String {
        guard cells(text) > limit else { return text }
        guard limit > 0 else { return "" }
        return prefix(text, cells: limit - 1) + String(ellipsis)
    }

    /// The text, cut in its middle to fit, for names whose ends tell most: `nlp/le…on:2.0`.
    package static func truncatingMiddle(_ text: String, to limit: Int) -> String {
        guard cells(text) > limit else { return text }
        guard limit > 0 else { return "" }
        let tail = limit / 2
        let end = String(prefix(String(text.reversed()), cells: tail).reversed())
        return prefix(text, cells: limit - 1 - cells(end)) + String(ellipsis) + end
    }

    package static func padded(_ text: String, to width: Int) -> String {
        text + spaces(width - cells(text))
    }

    package static func paddedLeft(_ text: String, to width: Int) -> String {
        spaces(width - cells(text)) + text
    }

    /// How wide a first column is, after which a second one stands; nought in a window that has no room for both.
    ///
    /// - Parameter width: of the window; nil where lines may have any length.
    package static func firstColumn(_ texts: [String], in width: Int?) -> Int {
        let widest = texts.map(cells).max() ?? 0
        return widest + 2 + leastColumn > width ?? .max ? 0 : widest
    }

    /// Narrower, a column says nothing any more.
    package static let leastColumn = 12

    package static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    /// The text in lines of at most `width` cells, broken at spaces where there are any.
    package static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = String(word)
            if !line.isEmpty, cells(line) + 1 + cells(rest) > width {
                lines.append(line)
                line = ""
            }
            while line.isEmpty, cells(rest) > width, width > 1 {
                let head = prefix(rest, cells: width)
                lines.append(head)
                rest.removeFirst(head.count)
            }
            line += line.isEmpty ? rest : " " + rest
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    private static func prefix(_ text: String, cells limit: Int) -> String {
        var (taken, width) = ("", 0)
        for character in text {
            width += cells(character)
            if width > limit { break }
            taken.append(character)
        }
        return taken
    }

    private static func cells(_ character: Character) -> Int {
        // The emoji variation selector makes a wide character of a narrow one: ❤ and ❤️.
        if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
        return character.unicodeScalars.reduce(0) { max($0, cells($1)) }
    }

    private static func cells(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: scalar.properties.isEmojiPresentation || isWide(scalar.value) ? 2 : 1
        }
    }

    private static func isWide(_ value: UInt32) -> Bool {
        wideRanges.contains { $0.contains(value) }
    }

    /// The blocks of width W and F. Emoji are found by their property.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
    ]
}
