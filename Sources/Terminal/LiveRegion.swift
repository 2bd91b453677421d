/// The lines at the end of a terminal that are redrawn in place, and the control sequences that do it.
///
/// The cursor rests, hidden, at the end of the last line: a line feed there would scroll a full window at every draw.
struct LiveRegion: Sendable {
    private static let hideCursor = "\u{1B}[?25l"
    private static let showCursor = "\u{1B}[?25h"
    private static let eraseBelow = "\u{1B}[J"

    private(set) var frame: [String] = []

    /// What to write so that `lines` stand for good above the new frame. Forgets the old one.
    mutating func replace(with newFrame: [String], above lines: [String] = [], columns: Int) -> String {
        var text = erasure(columns: columns)
        for line in lines { text += line + "\n" }
        if !newFrame.isEmpty { text += Self.hideCursor + newFrame.joined(separator: "\n") }
        frame = newFrame
        return text
    }

    // A terminal that was made narrower has wrapped the lines of the frame: they take more rows than when drawn.
    private func erasure(columns: Int) -> String {
        guard !frame.isEmpty else { return "" }
        let rows = frame.reduce(0) { $0 + max(1, (TextWidth.cells($1) + columns - 1) / columns) }
        let up = rows > 1 ? "\u{1B}[\(rows - 1)A" : ""
        return "\r" + up + Self.eraseBelow + Self.showCursor
    }
}
