internal import AssetModel
internal import Execution
internal import Terminal

/// Progress in a log: a line when an asset begins and one when it ends, and a heartbeat while one takes long. No
/// control characters, and never more than `limit` bytes, however many assets there are.
///
/// ```
/// fetching nlp/lexicon:2.0 (12 files)
/// waiting for the lock of nlp/vectors:1.4, held by process 4711 (python3 serve.py) (timeout: 10s)
/// still fetching vision/weights:2.7 (0.2 GB of 2.1 GB); 1 of 3 assets done, 98.2 MB/s, 19s left
/// fetched nlp/lexicon:2.0, 34.1 MB in 1.2s
/// ```
struct PlainRenderer: ProgressRenderer {
    /// A build's log is clipped at its end, where the errors are: a run stays under 64 KiB in all, and this much is
    /// left for errors and the summary.
    static let limit = 48 << 10
    /// From here on assets are no longer told one by one.
    static let detailLimit = 40 << 10
    /// The longest line, so that one server's message does not use up the log.
    static let lineLimit = 500
    /// How many assets pass between two summary lines at first; it doubles at each.
    private static let firstInterval = 100
    private static let longAfter = 10.0

    private var written = 0
    private var isSummarising = false
    private var interval = Self.firstInterval
    private var nextSummary = 0
    private var lastHeartbeat = 0.0
    private var told = ToldFailures()

    // MARK: Events

    mutating func lines(for event: ExecutionEvent, _ moment: ProgressMoment) -> [String] {
        if isSummarising { return summary(moment) }
        guard let line = line(for: event, moment) else { return [] }
        let lines = admitted([line])
        guard written >= Self.detailLimit else { return lines }
        isSummarising = true
        nextSummary = moment.model.tally.all + interval
        return lines + admitted(["output is reduced from here on"])
    }

    private mutating func line(for event: ExecutionEvent, _ moment: ProgressMoment) -> String? {
        switch event {
        case .started(let pin, let objects):
            return "\(moment.model.activity.present) \(pin) (\(Units.count(objects, "file")))"
        case .waiting(let pin, let wait):
            let holder = wait.holder?.escapedForTerminal ?? "another process"
            return "waiting for the lock of \(pin), held by \(holder) (timeout: \(Units.duration(wait.limit)))"
        case .sized, .received, .reused, .concurrency: return nil
        case .ended(let pin, let outcome): return line(for: outcome, of: pin, moment)
        }
    }

    private mutating func line(for outcome: AssetOutcome, of pin: AssetPin, _ moment: ProgressMoment) -> String? {
        switch outcome {
        case .fetched: "\(moment.model.activity.past) \(pin)" + (moment.costOfLastEnded.map { ", \($0)" } ?? "")
        case .failed(let failure): "failed \(told.words(pin, failure))"
        case .skipped(let because): "skipped \(pin): its dependency \(because) is unavailable"
        // What was there was not begun; what was interrupted is told once, at the end.
        case .present, .interrupted: nil
        }
    }

    private mutating func summary(_ moment: ProgressMoment) -> [String] {
        guard moment.model.tally.all >= nextSummary else { return [] }
        interval *= 2
        nextSummary = moment.model.tally.all + interval
        return admitted([figures(moment)])
    }

    // MARK: Heartbeats

    mutating func linesOfTick(_ moment: ProgressMoment) -> [String] {
        let long = moment.model.inFlight.filter { moment.time - $0.start >= Self.longAfter }
        guard !long.isEmpty, moment.time - lastHeartbeat >= pause(at: moment.time) else { return [] }
        lastHeartbeat = moment.time
        return admitted(["still \(moment.model.activity.present) \(names(long)); \(figures(moment))"])
    }

    // Some 20 lines for an hour and 150 for a day.
    private func pause(at time: Double) -> Double {
        switch time {
        case ..<60: 10
        case ..<600: 60
        default: 600
        }
    }

    private func names(_ fetches: [ProgressModel.Fetch]) -> String {
        let named = fetches.prefix(3).map { "\($0.pin) (\(state(of: $0)))" }.joined(separator: ", ")
        return fetches.count > 3 ? "\(named) and \(fetches.count - 3) more" : named
    }

    private func state(of fetch: ProgressModel.Fetch) -> String {
        if fetch.wait != nil { return "waiting for its lock" }
        if fetch.isFinishing { return "finishing" }
        return Units.bytes(fetch.bytes) + (fetch.total.map { " of \(Units.bytes($0))" } ?? "")
    }

    private func figures(_ moment: ProgressMoment) -> String {
        let model = moment.model
        var texts = ["\(model.tally.all) of \(Units.count(model.assets, "asset")) done", Units.bytes(model.bytes)]
        if model.tally.failed > 0 { texts.append("\(model.tally.failed) failed") }
        texts += [moment.rate, moment.timeLeft.map { "\($0) left" }, moment.wait].compactMap(\.self)
        return texts.joined(separator: ", ")
    }

    // MARK: The budget

    private mutating func admitted(_ lines: [String]) -> [String] {
        let cut = lines.map { TextWidth.truncatingEnd($0, to: Self.lineLimit) }
        let size = cut.reduce(0) { $0 + $1.utf8.count + 1 }
        guard written + size <= Self.limit else { return [] }
        written += size
        return cut
    }
}
