internal import AssetModel
internal import Execution
internal import Terminal

/// Progress in a terminal: a bar for each asset in flight and one for the whole, in place, and above them a line for
/// each asset that failed or, in a small run, ended.
///
/// ```
/// fetched nlp/tokenizer:1.4  2.1 MB in 0.4s
/// nlp/lexicon:2.0     [=================>                      ]  14.2 MB / 34.1 MB
/// vision/weights:2.7  [====>                                   ]   0.2 GB / 2.1 GB
/// 1/3 assets  [=====>                          ]  220.1 MB / 2.1 GB  98.2 MB/s  19s left
/// ```
///
/// What does not fit is left out in this order: the bar, then from the right; every line fits in one row.
struct BarsRenderer: ProgressRenderer {
    /// More bars than this are not read.
    static let barLimit = 8
    /// A run of no more assets than this says when each has ended.
    static let announcedLimit = 20
    /// A longer line is read no better, and takes more rows once the window is made narrower.
    static let longestLine = 100
    /// Below this a bar says less than its numbers.
    private static let shortestBar = 8

    let style: Style
    private var announcedFailures = 0
    private var told = ToldFailures()

    init(style: Style) { self.style = style }

    // MARK: Lines for good

    mutating func lines(for event: ExecutionEvent, _ moment: ProgressMoment) -> [String] {
        guard case .ended(let pin, let outcome) = event else { return [] }
        switch outcome {
        case .failed(let failure):
            announcedFailures += 1
            guard announcedFailures <= Self.announcedLimit else { return [] }
            return ["\(style.paint("failed", .red)) \(told.words(pin, failure))"]
        case .fetched where moment.model.assets <= Self.announcedLimit:
            let cost = moment.costOfLastEnded.map { style.paint("  \($0)", .dim) }
            return ["\(style.paint(moment.model.activity.past, .green)) \(pin)\(cost ?? "")"]
        case .fetched, .present, .skipped, .interrupted: return []
        }
    }

    // MARK: The frame

    func frame(_ moment: ProgressMoment, in size: TerminalSize) -> [String] {
        // A character in the last column makes some terminals wrap, and so does the ^C that they echo where there is no
        // room for it: then a row would be left when the frame is taken away.
        let width = max(1, min(size.columns - 3, Self.longestLine))
        let fetches = moment.model.inFlight.sorted { rank($0) < rank($1) }
        // One row for the whole, one for "and more", and one for trouble.
        let others = moment.trouble == nil ? 2 : 3
        // What is above keeps a row, and each line has room for two, which it takes once the window is half as wide.
        let shown = fetches.prefix(max(1, min(Self.barLimit, (size.rows - 1) / 2 - others)))
        var lines = rows(Array(shown), width: width)
        if fetches.count > shown.count {
            let more = TextWidth.truncatingEnd("… and \(fetches.count - shown.count) more", to: width)
            lines.append(style.paint(more, .dim))
        }
        if let trouble = moment.trouble {
            lines.append(style.paint(TextWidth.truncatingEnd(trouble, to: width), .yellow))
        }
        return lines + [wholeLine(moment, width: width)]
    }

    // Those that move come first. `sorted` keeps the order of those that are alike.
    private func rank(_ fetch: ProgressModel.Fetch) -> Int {
        if fetch.wait != nil { return 1 }
        return fetch.isFinishing ? 2 : 0
    }

    private func rows(_ fetches: [ProgressModel.Fetch], width: Int) -> [String] {
        let names = fetches.map { $0.pin.description }
        let nameWidth = min(names.map(TextWidth.cells).max() ?? 0, max(width * 2 / 5, min(width - 5, 12)))
        let figures = fetches.map { figure($0, width: width) }
        let barred = zip(fetches, figures).filter { $0.0.wait == nil }
        let figureWidth = barred.map { TextWidth.cells($0.1) }.max() ?? 0
        return zip(fetches, zip(names, figures)).map { fetch, texts in
            let name = TextWidth.padded(TextWidth.truncatingMiddle(texts.0, to: nameWidth), to: nameWidth)
            let room = width - nameWidth - 2
            let rest = fetch.wait == nil ? barAndFigure(fetch, texts.1, figureWidth, room) : texts.1
            return name + "  " + (TextWidth.cells(rest) <= room ? rest : TextWidth.truncatingEnd(texts.1, to: room))
        }
    }

    private func barAndFigure(
        _ fetch: ProgressModel.Fetch, _ figure: String, _ figureWidth: Int, _ room: Int
    ) -> String {
        let length = room - figureWidth - 2
        guard length >= Self.shortestBar else { return TextWidth.paddedLeft(figure, to: min(room, figureWidth)) }
        let bar = bar(fraction: fetch.fraction, length: length)
        return bar + "  " + TextWidth.paddedLeft(figure, to: figureWidth)
    }

    private func figure(_ fetch: ProgressModel.Fetch, width: Int) -> String {
        if let wait = fetch.wait { return "waiting for " + (wait.holder ?? "another process").escapedForTerminal }
        guard let total = fetch.total else { return fetch.bytes > 0 ? Units.bytes(fetch.bytes) : "starting" }
        if fetch.isFinishing { return "finishing" }
        if width < 50 { return "\(Int128(fetch.bytes) * 100 / Int128(max(1, total)))%" }
        return "\(Units.bytes(fetch.bytes)) / \(Units.bytes(total))"
    }

    private func wholeLine(_ moment: ProgressMoment, width: Int) -> String {
        let model = moment.model
        let total = model.total
        let bytes = Units.bytes(model.bytes)
        let figures = [
            total.map { "\(bytes) / \(Units.bytes($0))" } ?? bytes, moment.rate, moment.timeLeft.map { "\($0) left" },
        ]
        let count = "\(model.tally.all)/\(model.assets) assets"
        var texts = [count] + figures.compactMap(\.self)
        let length = width - 2 - TextWidth.cells(texts.joined(separator: "  "))
        if let fraction = model.fraction, length >= Self.shortestBar {
            texts.insert(bar(fraction: fraction, length: length), at: 1)
        }
        while texts.count > 1, TextWidth.cells(texts.joined(separator: "  ")) > width { texts.removeLast() }
        texts[0] = style.paint(TextWidth.truncatingEnd(texts[0], to: width), .bold)
        return texts.joined(separator: "  ")
    }

    /// `[====>    ]`; empty inside where the fraction is not known.
    private func bar(fraction: Double?, length: Int) -> String {
        let inside = length - 2
        let filled = Int((fraction ?? 0) * Double(inside))
        guard filled < inside else { return "[" + style.paint(String(repeating: "=", count: inside), .green) + "]" }
        let head = filled > 0 ? String(repeating: "=", count: filled - 1) + ">" : ""
        return "[" + style.paint(head, .green) + TextWidth.spaces(inside - filled) + "]"
    }
}
