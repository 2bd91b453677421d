/// The lines at the foot of a window that are redrawn in place, and the control sequences that do it.
///
/// The cursor rests, hidden, where the next line for good goes, and everything below it is the frame. So nothing has to be
/// counted to take the frame away, whatever a change of the window made of it: most terminals wrap its lines anew, some
/// cut them, and programs are told the new size some time after that. Lines are drawn without wrapping, each in one row
/// of a window that may already be narrower than its size says.
///
/// The frame stands in the last rows of the window, as apt's does, and not right below the cursor. When tmux wraps lines
/// anew, it counts empty rows below them too, and pushes as many rows out of the window at its top as there are more than
/// before: a frame in the middle of a window would be pushed into the history, where nothing can erase it.
struct LiveRegion: Sendable {
    private static let hideCursor = "\u{1B}[?25l"
    private static let showCursor = "\u{1B}[?25h"
    private static let cut = "\u{1B}[?7l"
    private static let wrap = "\u{1B}[?7h"
    private static let saveCursor = "\u{1B}7"
    private static let restoreCursor = "\u{1B}8"
    /// A row that no window has means its last one.
    private static let lastRow = "\u{1B}[999;1H"
    /// The row of the cursor, and then all rows below it. Not all at once: what is erased from the first cell of a window
    /// on, tmux keeps in its history.
    private static let erasure = "\r\u{1B}[2K\n\u{1B}[J" + up(1)

    private(set) var frame: [String] = []

    /// What to write so that `lines` stand for good above the new frame. Forgets the old one.
    mutating func replace(with newFrame: [String], above lines: [String] = []) -> String {
        var text = frame.isEmpty ? "" : Self.erasure + Self.showCursor
        for line in lines { text += line + "\n" }
        frame = newFrame
        return text + drawing
    }

    // Line feeds make room below the cursor where it is at the end of the window; elsewhere they only move it.
    private var drawing: String {
        guard !frame.isEmpty else { return "" }
        let room = String(repeating: "\n", count: frame.count) + Self.up(frame.count)
        let place = Self.saveCursor + Self.lastRow + Self.up(frame.count - 1)
        let rows = place + frame.joined(separator: "\n") + Self.restoreCursor
        return Self.hideCursor + Self.cut + room + rows + Self.wrap
    }

    private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }
}
