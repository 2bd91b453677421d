internal import AssetModel
internal import Execution
internal import Planning

/// How far a run is: events go in, each with its time in seconds since the run began.
struct ProgressModel: Sendable {
    /// An asset that is being fetched.
    struct Fetch: Sendable, Hashable {
        let pin: AssetPin
        let start: Double
        /// Counts the assets as they begin.
        fileprivate let number: Int
        /// 0 while it has only waited for its lock.
        fileprivate(set) var objects = 0
        fileprivate(set) var sizedObjects = 0
        fileprivate(set) var sizedBytes: Int64 = 0
        fileprivate(set) var received: Int64 = 0
        fileprivate(set) var reused: Int64 = 0
        fileprivate(set) var wait: LockWait?
        /// The size of all its objects by the plan, where the plan knew them.
        fileprivate(set) var planned: Int64?

        /// The size of all its objects; nil while one of them is not known.
        var total: Int64? { objects > 0 && sizedObjects >= objects ? sizedBytes : planned }
        /// What is in staging. A part that was fetched twice counts once at most.
        var bytes: Int64 { min(ByteSum.adding(received, reused), total ?? .max) }
        /// Whether all bytes are there and the rest is digests, renaming, or waiting for a dependency.
        var isFinishing: Bool { total.map { bytes >= $0 } ?? false }
    }

    /// How many assets ended in which way, of those that were to be fetched.
    struct Tally: Sendable, Hashable {
        fileprivate(set) var fetched = 0
        fileprivate(set) var present = 0
        fileprivate(set) var failed = 0
        fileprivate(set) var skipped = 0
        fileprivate(set) var interrupted = 0

        var all: Int { fetched + present + failed + skipped + interrupted }
    }

    /// What is done with assets.
    enum Activity: Sendable {
        case fetching
        case pushing

        /// `fetching`
        var present: String { "\(self)" }

        /// `fetched`
        var past: String {
            switch self {
            case .fetching: "fetched"
            case .pushing: "pushed"
            }
        }
    }

    let activity: Activity
    /// How many assets there are to do.
    let assets: Int
    private(set) var tally = Tally()
    /// What was known of the asset that ended last.
    private(set) var lastEnded: Fetch?
    private var fetches: [AssetPin: Fetch] = [:]
    private var begun = 0
    private var endedBytes: Int64 = 0
    private var meter = RateMeter()
    /// Those that have not begun, with their sizes where the plan knows them.
    private var ahead: [AssetPin: Int64?]

    /// Of a push: one asset, whose number is known when it begins.
    static let push = ProgressModel()

    private init() {
        (activity, assets, ahead) = (.pushing, 1, [:])
    }

    init(_ plan: Plan) {
        activity = .fetching
        let steps = plan.steps.filter { $0.action != .keep }
        assets = steps.count
        ahead = Dictionary(steps.map { ($0.pin, plannedBytes(of: $0)) }) { first, _ in first }
    }

    // MARK: The whole

    /// In the order in which they began.
    var inFlight: [Fetch] { fetches.values.sorted { $0.number < $1.number } }

    var bytes: Int64 { ByteSum.adding(endedBytes, ByteSum.of(fetches.values.map(\.bytes))) }

    /// All bytes of the run; nil while an asset's are not known.
    var total: Int64? {
        var sum = endedBytes
        for bytes in ahead.values {
            guard let bytes else { return nil }
            sum = ByteSum.adding(sum, bytes)
        }
        for fetch in fetches.values {
            guard let total = fetch.total else { return nil }
            sum = ByteSum.adding(sum, total)
        }
        return sum
    }

    /// Bytes a second that arrive; nil while there is too little to go by.
    func rate(at time: Double) -> Double? { meter.rate(at: time) }

    /// Seconds that are left at the present rate; nil where the total or the rate is not known, or nothing arrives.
    func timeLeft(at time: Double) -> Double? {
        guard let total, let rate = rate(at: time), rate > 0 else { return nil }
        return Double(total - bytes) / rate
    }

    // MARK: Events

    func fetch(of pin: AssetPin) -> Fetch? { fetches[pin] }

    mutating func apply(_ event: ExecutionEvent, at time: Double) {
        switch event {
        case .started(let pin, let objects):
            update(pin, at: time) { $0.objects = objects }
        case .waiting(let pin, let wait):
            update(pin, at: time) { $0.wait = wait }
        case .sized(let pin, let bytes):
            update(pin, at: time) { fetch in
                fetch.sizedObjects += 1
                fetch.sizedBytes = ByteSum.adding(fetch.sizedBytes, bytes)
            }
        case .received(let pin, let bytes):
            meter.add(bytes, at: time)
            update(pin, at: time) { $0.received = ByteSum.adding($0.received, bytes) }
        case .reused(let pin, let bytes):
            update(pin, at: time) { $0.reused = ByteSum.adding($0.reused, bytes) }
        case .ended(let pin, let outcome):
            end(pin, outcome)
        case .concurrency: break
        }
    }

    // Whatever happens to an asset ends its wait.
    private mutating func update(_ pin: AssetPin, at time: Double, _ change: (inout Fetch) -> Void) {
        var fetch = fetches[pin] ?? begin(pin, at: time)
        fetch.wait = nil
        change(&fetch)
        fetches[pin] = fetch
    }

    private mutating func begin(_ pin: AssetPin, at time: Double) -> Fetch {
        begun += 1
        return Fetch(pin: pin, start: time, number: begun, planned: ahead.removeValue(forKey: pin) ?? nil)
    }

    private mutating func end(_ pin: AssetPin, _ outcome: AssetOutcome) {
        let fetch = fetches.removeValue(forKey: pin)
        // An asset that was there all along is no part of what is to be done.
        guard fetch != nil || ahead.removeValue(forKey: pin) != nil else { return }
        lastEnded = fetch
        endedBytes = ByteSum.adding(endedBytes, fetch?.bytes ?? 0)
        switch outcome {
        case .fetched: tally.fetched += 1
        case .present: tally.present += 1
        case .failed: tally.failed += 1
        case .skipped: tally.skipped += 1
        case .interrupted: tally.interrupted += 1
        }
    }
}

private func plannedBytes(of step: Step) -> Int64? {
    var sum: Int64 = 0
    for object in step.content?.objects ?? [] {
        guard let size = object.size else { return nil }
        sum = ByteSum.adding(sum, size)
    }
    return step.content == nil ? nil : sum
}
