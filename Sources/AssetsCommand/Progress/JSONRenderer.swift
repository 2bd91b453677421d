internal import AssetModel
internal import Execution
internal import Operations
internal import Words

/// Progress for programs: one JSON object a line, as `schema/progress.schema.json` says.
struct JSONRenderer: ProgressRenderer {
    /// The least time between two `progress` events of one asset, in seconds.
    static let interval = 1.0

    private struct Told {
        var time: Double
        var bytes: Int64
    }

    /// What was last told of each asset in flight.
    private var told: [AssetPin: Told] = [:]

    mutating func lines(for event: ExecutionEvent, _ moment: ProgressMoment) -> [String] {
        guard let document = document(of: event, moment) else { return [] }
        return [document].compactMap { try? JSONText.line($0) }
    }

    mutating func linesOfTick(_ moment: ProgressMoment) -> [String] {
        moment.model.inFlight.compactMap { fetch in
            let last = told[fetch.pin] ?? Told(time: fetch.start, bytes: 0)
            guard fetch.bytes != last.bytes, moment.time - last.time >= Self.interval else { return nil }
            told[fetch.pin] = Told(time: moment.time, bytes: fetch.bytes)
            return try? JSONText.line(progress(of: fetch, moment))
        }
    }

    private mutating func document(of event: ExecutionEvent, _ moment: ProgressMoment) -> ProgressDocument? {
        switch event {
        case .started(let pin, let objects):
            var document = ProgressDocument("started", pin, at: moment.time)
            document.objects = objects
            return document
        case .waiting(let pin, let wait):
            var document = ProgressDocument("waiting", pin, at: moment.time)
            document.lock = wait.path
            document.holder = wait.holder
            document.limit = wait.limit
            return document
        case .sized, .received, .reused, .concurrency: return nil
        case .ended(let pin, let outcome):
            told[pin] = nil
            return ended(pin, outcome, moment)
        }
    }

    private func progress(of fetch: ProgressModel.Fetch, _ moment: ProgressMoment) -> ProgressDocument {
        var document = ProgressDocument("progress", fetch.pin, at: moment.time)
        document.bytes = fetch.bytes
        document.totalBytes = fetch.total
        return document
    }

    private func ended(_ pin: AssetPin, _ outcome: AssetOutcome, _ moment: ProgressMoment) -> ProgressDocument {
        var document = ProgressDocument("ended", pin, at: moment.time)
        document.outcome = outcome.word
        if case .fetched = outcome { document.outcome = moment.model.activity.past }
        if case .failed(let failure) = outcome { document.error = ErrorDocument(Problem(failure)) }
        if case .skipped(let because) = outcome { document.because = because.description }
        return document
    }
}

/// An event of a run; a key that an event does not have is left out.
struct ProgressDocument: Encodable, Sendable {
    let event: String
    let asset: String
    /// Seconds since the run began.
    let time: Double
    var objects: Int?
    var lock: String?
    var holder: String?
    var limit: Double?
    var bytes: Int64?
    var totalBytes: Int64?
    var outcome: String?
    var error: ErrorDocument?
    var because: String?

    init(_ event: String, _ pin: AssetPin, at time: Double) {
        self.event = event
        asset = pin.description
        self.time = JSONText.seconds(time)
    }
}

extension AssetOutcome {
    /// The outcome in JSON: `fetched`.
    var word: String {
        switch self {
        case .present: "present"
        case .fetched: "fetched"
        case .failed: "failed"
        case .skipped: "skipped"
        case .interrupted: "interrupted"
        }
    }
}
