internal import Terminal

/// A check for people: a section a paragraph, its columns aligned, wrapped at the width. A section in which nothing can
/// fail has no column of states.
///
/// ```
/// Store
///   failed    read      access denied
///                       hint: grant s3:GetObject on the prefix
/// ```
struct CheckText: Sendable {
    /// A table wider than this is hard to follow with the eye.
    static let widest = 120
    /// Below this the columns leave no room for values.
    private static let narrowest = 20

    private let table: CheckTable
    private let width: Int
    private let style: Style

    init(_ table: CheckTable, width: Int, style: Style) {
        self.table = table
        self.width = max(Self.narrowest, min(width, Self.widest))
        self.style = style
    }

    var text: String {
        var told: Set<String> = []
        let paragraphs = table.sections.map { section in
            let columns = Columns(section.rows)
            let lines = section.rows.flatMap { row in
                // What helps against several is told with the first.
                self.lines(of: row, columns, hint: row.remedy.flatMap { told.insert($0).inserted ? $0 : nil })
            }
            return ([style.paint(section.title, .bold)] + lines).map { $0 + "\n" }.joined()
        }
        return (paragraphs + [conclusion + "\n"]).joined(separator: "\n")
    }

    private func lines(of row: CheckTable.Row, _ columns: Columns, hint: String?) -> [String] {
        let head = columns.head(of: row, style: style)
        let headWidth = TextWidth.cells(head)
        // Where names take half of the width, what belongs to them goes below them.
        let isBeside = headWidth <= width / 2
        let indent = isBeside ? headWidth : (width < 40 ? 4 : 6)
        var body = wrapped(row.value, indent)
        if let source = row.source { body = appending("(\(source.escapedForTerminal))", to: body, indent) }
        body += hint.map { wrapped("hint: " + $0, indent) } ?? []
        let margin = TextWidth.spaces(indent)
        guard isBeside else { return heading(of: row, columns) + body.map { margin + $0 } }
        return [trimmed(head + body[0])] + body.dropFirst().map { margin + $0 }
    }

    private func heading(of row: CheckTable.Row, _ columns: Columns) -> [String] {
        let head = trimmed(columns.head(of: row, style: style))
        guard TextWidth.cells(head) > width else { return [head] }
        let state = trimmed(columns.state(of: row, style: style))
        return ([state] + wrapped(row.name, 2)).filter { !$0.isEmpty }.map { "  " + $0 }
    }

    private func wrapped(_ text: String, _ indent: Int) -> [String] {
        TextWidth.wrapped(text.escapedForTerminal, to: width - indent)
    }

    // The source stands behind the value where there is room, and below it where there is none.
    private func appending(_ source: String, to lines: [String], _ indent: Int) -> [String] {
        if let last = lines.last, TextWidth.cells(last) + 2 + TextWidth.cells(source) <= width - indent {
            return lines.dropLast() + [last + "  " + style.paint(source, .dim)]
        }
        return lines + wrapped(source, indent).map { style.paint($0, .dim) }
    }

    private var conclusion: String {
        let states = table.sections.flatMap { $0.rows.map(\.state) }
        let failed = states.filter { $0 == .failed }.count
        let unproven = states.filter { $0 == .unproven }.count
        guard failed + unproven > 0 else { return style.paint("all checks passed", .green) }
        let counts = [(failed, "failed", Style.Ink.red), (unproven, "unproven", Style.Ink.yellow)]
        return counts.filter { $0.0 > 0 }.map { style.paint("\($0.0) \($0.1)", $0.2) }.joined(separator: ", ")
    }
}

/// The columns before a value, as wide as the rows of a section need them.
private struct Columns {
    private let stateWidth: Int
    private let nameWidth: Int

    init(_ rows: [CheckTable.Row]) {
        stateWidth = rows.map { word(for: $0.state).count }.max() ?? 0
        nameWidth = rows.map { TextWidth.cells($0.name.escapedForTerminal) }.max() ?? 0
    }

    func head(of row: CheckTable.Row, style: Style) -> String {
        let name = TextWidth.padded(row.name.escapedForTerminal, to: nameWidth)
        return stateWidth > 0 ? "  \(state(of: row, style: style))  \(name)  " : "  \(name)  "
    }

    func state(of row: CheckTable.Row, style: Style) -> String {
        let state = TextWidth.padded(word(for: row.state), to: stateWidth)
        return ink(for: row.state).map { style.paint(state, $0) } ?? state
    }

    private func ink(for state: CheckTable.State) -> Style.Ink? {
        switch state {
        case .ok: .green
        case .failed: .red
        case .unproven: .yellow
        case .info: nil
        }
    }
}

private func word(for state: CheckTable.State) -> String { state == .info ? "" : state.rawValue }

private func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
}
