internal import AssetModel
internal import Execution
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// What `resolve` prints for people: the paths to standard output, and to standard error what was done and, last, what
/// went wrong.
struct ReportText: Sendable {
    /// How many bytes the errors may take: with the progress of a plain run they stay under 64 KiB. Results are never cut.
    static let errorLimit = 12 << 10
    /// How many bytes the warnings may take, for the same reason.
    static let warningLimit = 2 << 10
    private let run: Run
    private let width: Int
    private let assets: [RunAsset]
    private let status: Run.Status

    /// - Parameter width: of the terminal, in cells.
    init(_ run: Run, width: Int = 120) {
        self.run = run
        self.width = width
        assets = run.assets
        status = run.status(of: assets)
    }

    // MARK: Results

    /// A line for each wanted entry whose asset is in place: the specification string and the absolute path.
    ///
    /// - Parameter width: of the window that they are written to, where what it could take for commands is escaped; nil
    ///   for a program, which gets the path as it is.
    func results(width: Int?) -> String {
        let inPlace = Set(assets.filter(\.isInPlace).map(\.step.pin))
        let rows = run.plan.entries.compactMap { entry -> (String, String)? in
            guard inPlace.contains(entry.pin), let path = run.path(of: entry.pin, subPart: entry.entry.subPart)
            else { return nil }
            let specification = entry.entry.specification.description
            return width != nil ? (specification.escapedForTerminal, path.escapedForTerminal) : (specification, path)
        }
        let column = TextWidth.firstColumn(rows.map(\.0), in: width)
        return rows.map { TextWidth.padded($0.0, to: column) + "  " + $0.1 + "\n" }.joined()
    }

    // MARK: The summary

    func summary(style: Style = .plain) -> String {
        let warnings = run.warnings.map { warning in
            let text = TextWidth.truncatingEnd(warning.escapedForTerminal, to: ProblemText.lineLimit)
            return "\(style.paint("warning", .yellow)): \(text)"
        }
        let (first, last) = ([work].compactMap(\.self), [conclusion(style)].compactMap(\.self))
        return (bounded(warnings, to: Self.warningLimit) + first + bounded(errors(style), to: Self.errorLimit) + last)
            .map { $0 + "\n" }.joined()
    }

    /// `fetched 3 assets (12 files, 34.1 MB) in 1.2s, 4 present`
    private var work: String? {
        guard !assets.isEmpty || status == .done else { return nil }
        let fetched = count(.fetched)
        let present = count(.present)
        let files = assets.reduce(0) { $0 + $1.downloadedObjects }
        let bytes = ByteSum.of(assets.map(\.downloadedBytes))
        if fetched == 0, files == 0, run.report.reuse == Reuse() {
            return status == .done
                ? "nothing to fetch: \(Units.count(present, "asset")) present"
                : "nothing fetched" + (present > 0 ? ", \(present) present" : "")
        }
        // What came from elsewhere is told instead.
        let cost = files == 0 && !reused.isEmpty ? "" : " (\(Units.count(files, "file")), \(Units.bytes(bytes)))"
        let others = reused + (present > 0 ? ["\(present) present"] : [])
        let work = "fetched \(Units.count(fetched, "asset"))\(cost) in \(Units.duration(run.report.seconds))"
        return ([work] + others).joined(separator: ", ")
    }

    /// What the store was not asked for.
    private var reused: [String] {
        let reuse = run.report.reuse
        let cached = "\(Units.count(reuse.cachedObjects, "file")) (\(Units.bytes(reuse.cachedBytes))) from the cache"
        let kept = "kept \(Units.count(reuse.keptObjects, "file")) (\(Units.bytes(reuse.keptBytes)))"
        return (reuse.cachedObjects > 0 ? [cached] : []) + (reuse.keptObjects > 0 ? [kept] : [])
            + (reuse.resumedBytes > 0 ? ["resumed \(Units.bytes(reuse.resumedBytes))"] : [])
    }

    private func conclusion(_ style: Style) -> String? {
        let inPlace = assets.filter(\.isInPlace).count
        let of = "of \(Units.count(assets.count + run.unplanned, "asset"))"
        switch status {
        case .done: return nil
        case .interrupted:
            let word = style.paint("interrupted", .yellow)
            let all = assets.count + run.unplanned
            let (noun, verb) = inPlace == 1 ? (all == 1 ? "asset" : "assets", "is") : ("assets", "are")
            return "\(word): \(inPlace) of \(all) \(noun) \(verb) in place; run again to resume"
        case .failed:
            guard !assets.isEmpty else { return nil }
            let skipped = count(.skipped)
            let more = skipped > 0 ? ", \(skipped) skipped" : ""
            return "\(style.paint("failed", .red)): \(count(.failed) + run.unplanned) \(of)\(more)"
        }
    }

    private func count(_ outcome: RunAsset.Outcome) -> Int { assets.filter { $0.outcome == outcome }.count }

    // MARK: Errors

    private func errors(_ style: Style) -> [String] {
        problemTexts(style)
            + run.failures.map { text(of: $0.problem, subject: $0.pin, style) }
            + assets.compactMap { asset in
                asset.missing.map {
                    "\(style.paint("skipped", .yellow)): \(asset.step.pin): its dependency \($0) is unavailable"
                }
            }
    }

    /// With an empty line after each that shows its place, but for the last.
    private func problemTexts(_ style: Style) -> [String] {
        run.problems.enumerated().map { index, problem in
            let text = text(of: problem, subject: nil, style)
            return problem.excerpt != nil && index + 1 < run.problems.count ? text + "\n" : text
        }
    }

    private func text(of problem: Problem, subject: AssetPin?, _ style: Style) -> String {
        ProblemText(width: width, style: style).text(of: problem, subject: subject?.description)
    }

    // The first errors tell most: two thousand assets that fail mostly fail alike. The very first is told whole: it may
    // be the explanation why there is no plan, and then there was no progress.
    private func bounded(_ texts: [String], to limit: Int) -> [String] {
        var (shown, size) = (texts.prefix(1), texts.first?.utf8.count ?? 0)
        for text in texts.dropFirst() {
            size += text.utf8.count + 1
            guard size <= limit else { break }
            shown.append(text)
        }
        let rest = texts.count - shown.count
        return Array(shown) + (rest > 0 ? ["… and \(rest) more; `--format json` has them all"] : [])
    }
}
