/// The lines at the end of a terminal that are redrawn in place, and the control sequences that do it.
///
/// The cursor rests, hidden, at the end of the last line: a line feed there would scroll a full window at every draw.
///
/// A window may be narrower than its size says, as terminals tell a new size some time after they have it. So lines are
/// drawn without wrapping, each in one row whatever the width, and erased by the row.
///
/// What stands there of a frame that was drawn in time depends on the terminal. Most wrap its lines anew: they take more
/// rows than when they were drawn, and so many rows are its, whether or not others were drawn over the last of them
/// before the new size was known. Others cut the lines.
struct LiveRegion: Sendable {
    private static let hideCursor = "\u{1B}[?25l"
    private static let showCursor = "\u{1B}[?25h"
    private static let cut = "\u{1B}[?7l"
    private static let wrap = "\u{1B}[?7h"
    private static let eraseLine = "\u{1B}[2K"
    private static let up = "\u{1B}[1A"

    /// Whether the terminal wraps lines anew when its width changes.
    let wrapsAnew: Bool
    private(set) var frame: [String] = []

    init(wrapsAnew: Bool = true) { self.wrapsAnew = wrapsAnew }

    /// What to write so that `lines` stand for good above the new frame. Forgets the old one.
    mutating func replace(with newFrame: [String], above lines: [String] = [], columns: Int) -> String {
        var text = erasure(columns: columns)
        for line in lines { text += line + "\n" }
        if !newFrame.isEmpty { text += Self.hideCursor + Self.cut + newFrame.joined(separator: "\n") + Self.wrap }
        frame = newFrame
        return text
    }

    private func erasure(columns: Int) -> String {
        guard !frame.isEmpty else { return "" }
        let rows = frame.reduce(0) { $0 + (wrapsAnew ? max(1, (TextWidth.cells($1) + columns - 1) / columns) : 1) }
        let above = String(repeating: Self.up + Self.eraseLine, count: rows - 1)
        return "\r" + Self.eraseLine + above + Self.showCursor
    }
}
