internal import AssetModel
internal import Planning
internal import Terminal
internal import Words

/// A plan as people read it: a table, and a line of totals.
struct PlanText: Sendable {
    private let context: PlanContext
    private let width: Int?

    /// - Parameter width: in cells; nil for lines of any length.
    init(_ context: PlanContext, width: Int?) {
        self.context = context
        self.width = width
    }

    /// Lines that each end with a newline.
    func text(_ plan: Plan) -> String {
        let rows = plan.steps.map(cells)
        return (lines(rows) + [totals(PlanTotals(plan))]).map { $0 + "\n" }.joined()
    }

    private func lines(_ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let table = PlanTable(rows: [Self.head] + rows, width: width)
        guard let width, table.width > width else { return table.lines }
        return rows.flatMap { paragraph($0, width: width) }
    }

    /// What a window shows that is too narrow for columns: what is done with an asset below it, and below that why.
    private func paragraph(_ row: [String], width: Int) -> [String] {
        let files = row[3].isEmpty ? [] : ["\(row[3]) \(row[3] == "1" ? "file" : "files")", row[4]]
        let below = [([row[2]] + files).joined(separator: ", "), row[5]]
        return TextWidth.wrapped("\(row[0]):\(row[1])", to: width)
            + below.filter { !$0.isEmpty }.flatMap { TextWidth.wrapped($0, to: width - 2).map { "  " + $0 } }
    }

    private static let head = ["ASSET", "VERSION", "ACTION", "FILES", "SIZE", "WHY"]

    private func cells(_ step: Step) -> [String] {
        let totals = PlanTotals(step)
        let isFetched = step.content != nil
        return [
            step.pin.name.text, step.pin.version.text, step.action.word,
            isFetched ? "\(totals.objects)" : "", isFetched ? size(totals) : "", why(step),
        ].map(\.escapedForTerminal)
    }

    private func why(_ step: Step) -> String {
        let needed = step.neededBy.map { requirer in
            if case .entry(_, let line) = requirer, line > 0 { return "\(context.specFile):\(line)" }
            return requirer.name
        }.joined(separator: ", ")
        guard case .refetch(let reason) = step.action else { return needed }
        return needed.isEmpty ? reason.words : "\(reason.words); \(needed)"
    }

    private func size(_ totals: PlanTotals) -> String {
        if totals.objects > 0, totals.unknownSizes == totals.objects { return "?" }
        return Units.bytes(totals.bytes) + (totals.unknownSizes > 0 ? "+" : "")
    }

    /// `3 assets: 2 to fetch (12 files, 34.1 MB), 1 present; 512 GB free`
    private func totals(_ totals: PlanTotals) -> String {
        var fetches: [String] = []
        if totals.fetch > 0 { fetches.append("\(totals.fetch) to fetch") }
        if totals.refetch > 0 { fetches.append("\(totals.refetch) to fetch again") }
        var parts = fetches.isEmpty ? [] : [fetches.joined(separator: ", ") + " (\(volume(totals)))"]
        if totals.keep > 0 { parts.append("\(totals.keep) present") }
        let free = context.freeBytes.map { "; \(Units.bytes($0)) free" } ?? ""
        let all = Units.count(totals.assets, "asset") + (parts.isEmpty ? "" : ": ")
        return all + parts.joined(separator: ", ") + free
    }

    private func volume(_ totals: PlanTotals) -> String {
        let files = Units.count(totals.objects, "file")
        let known = Units.bytes(totals.bytes)
        switch totals.unknownSizes {
        case 0: return "\(files), \(known)"
        case totals.objects: return "\(files) of unknown size"
        default: return "\(files), \(known) and \(Units.count(totals.unknownSizes, "file")) of unknown size"
        }
    }
}

/// Rows of cells under each other. Where they are too wide, the last column gives way; where that does not suffice, the
/// first instead, and only then both.
private struct PlanTable {
    private let rows: [[String]]
    private let widths: [Int]

    private static let gap = 2
    private static let rightAligned: Set = [3, 4]

    /// - Parameter rows: of equal length, the head first.
    init(rows: [[String]], width: Int?) {
        self.rows = rows
        let widths = rows[0].indices.map { column in rows.map { TextWidth.cells($0[column]) }.max() ?? 0 }
        self.widths = width.map { Self.narrowed(widths, to: $0) } ?? widths
    }

    private static func narrowed(_ widths: [Int], to width: Int) -> [Int] {
        var widths = widths
        var excess = widths.reduce(gap * (widths.count - 1), +) - width
        let columns = [widths.count - 1, 0]
        let enough = columns.filter { widths[$0] - TextWidth.leastColumn >= excess }
        for column in enough.prefix(1) + columns where excess > 0 {
            let given = min(excess, max(0, widths[column] - TextWidth.leastColumn))
            widths[column] -= given
            excess -= given
        }
        return widths
    }

    /// In cells, which may be more than there is room for.
    var width: Int { widths.reduce(Self.gap * (widths.count - 1), +) }

    var lines: [String] { rows.map(line) }

    private func line(_ row: [String]) -> String {
        let cells = row.enumerated().map { column, text in
            // The ends of names tell most.
            let text =
                column == 0
                ? TextWidth.truncatingMiddle(text, to: widths[column])
                : TextWidth.truncatingEnd(text, to: widths[column])
            return Self.rightAligned.contains(column)
                ? TextWidth.paddedLeft(text, to: widths[column]) : TextWidth.padded(text, to: widths[column])
        }
        let line = cells.joined(separator: TextWidth.spaces(Self.gap))
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
