internal import AssetModel
internal import Execution
internal import ImageFormat
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

        /// Of what there is to do, how much is done: an object is a request and some work besides its bytes. Nil while nothing is
        /// known of it.
        var fraction: Double? {
            let work = (done: Double(min(sizedObjects, objects)), all: Double(objects))
            if let total { return ProgressModel.fraction(Double(bytes), of: Double(total), objects: work) }
            guard objects > 0, sizedBytes > 0 else { return nil }
            return min(1, Double(sizedObjects) / Double(objects)) * min(1, Double(bytes) / Double(sizedBytes))
        }

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
        /// Into the layers of an image.
        case packing

        /// `fetching`
        var present: String { "\(self)" }

        /// `fetched`
        var past: String {
            switch self {
            case .fetching: "fetched"
            case .pushing: "pushed"
            case .packing: "packed"
            }
        }
    }

    /// What an object is besides its bytes, as so many of them: a good connection brings them in a round trip.
    static let objectWork = 100_000.0

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
    private var lastEvent = 0.0
    /// Those that have not begun.
    private var ahead: [AssetPin: Planned]
    private var endedObjects = 0

    /// What a plan knows of an asset.
    private struct Planned {
        let objects: Int
        /// Nil where not all sizes are known.
        let bytes: Int64?

        init(_ asset: ImageAsset) {
            objects = asset.files.count
            bytes = ByteSum.of(asset.files.map(\.size))
        }

        init(_ step: Step) {
            let sizes = step.content.map { $0.objects.map(\.size) } ?? []
            objects = sizes.count
            bytes = step.content == nil || sizes.contains(nil) ? nil : ByteSum.of(sizes.compactMap(\.self))
        }
    }

    /// Of a push: one asset, whose number is known when it begins.
    static let push = ProgressModel()

    private init() {
        (activity, assets, ahead) = (.pushing, 1, [:])
    }

    init(_ plan: Plan) {
        activity = .fetching
        let steps = plan.steps.filter { $0.action != .keep }
        assets = steps.count
        ahead = Dictionary(steps.map { ($0.pin, Planned($0)) }) { first, _ in first }
    }

    init(_ activity: Activity, _ assets: [ImageAsset]) {
        self.activity = activity
        self.assets = assets.count
        ahead = Dictionary(assets.map { ($0.pin, Planned($0)) }) { first, _ in first }
    }

    // MARK: The whole

    /// In the order in which they began.
    var inFlight: [Fetch] { fetches.values.sorted { $0.number < $1.number } }

    var bytes: Int64 { ByteSum.adding(endedBytes, ByteSum.of(fetches.values.map(\.bytes))) }

    /// All bytes of the run; nil while an asset's are not known.
    var total: Int64? {
        var sum = endedBytes
        for planned in ahead.values {
            guard let bytes = planned.bytes else { return nil }
            sum = ByteSum.adding(sum, bytes)
        }
        for fetch in fetches.values {
            guard let total = fetch.total else { return nil }
            sum = ByteSum.adding(sum, total)
        }
        return sum
    }

    /// Of what there is to do, how much is done; nil while nothing is known of it. Where bytes are not known, assets count.
    var fraction: Double? {
        let begun = fetches.values
        guard let total else {
            let done = Double(tally.all) + begun.reduce(0) { $0 + ($1.fraction ?? 0) }
            return done > 0 ? done / Double(max(1, assets)) : nil
        }
        let sized = endedObjects + begun.reduce(0) { $0 + min($1.sizedObjects, $1.objects) }
        let objects = endedObjects + begun.reduce(0) { $0 + $1.objects } + ahead.values.reduce(0) { $0 + $1.objects }
        return Self.fraction(Double(bytes), of: Double(total), objects: (Double(sized), Double(objects)))
    }

    private static func fraction(
        _ arrived: Double, of total: Double, objects: (done: Double, all: Double)
    ) -> Double {
        let whole = total + objectWork * objects.all
        return whole > 0 ? min(1, (arrived + objectWork * objects.done) / whole) : 1
    }

    /// Bytes a second that arrive; nil while there is too little to go by.
    func rate(at time: Double) -> Double? { meter.rate(at: time) }

    /// Seconds that are left at the present rate; nil where the total or the rate is not known, or nothing arrives.
    func timeLeft(at time: Double) -> Double? {
        guard let total, let rate = rate(at: time), rate > 0 else { return nil }
        return Double(total - bytes) / rate
    }

    /// For how many seconds nothing has happened; nil where nothing is to arrive.
    func silence(at time: Double) -> Double? {
        fetches.values.contains { $0.wait == nil && !$0.isFinishing } ? time - lastEvent : nil
    }

    // MARK: Events

    func fetch(of pin: AssetPin) -> Fetch? { fetches[pin] }

    mutating func apply(_ event: ExecutionEvent, at time: Double) {
        if case .concurrency = event {} else { lastEvent = time }
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
        return Fetch(pin: pin, start: time, number: begun, planned: ahead.removeValue(forKey: pin)?.bytes)
    }

    private mutating func end(_ pin: AssetPin, _ outcome: AssetOutcome) {
        let fetch = fetches.removeValue(forKey: pin)
        // An asset that was there all along is no part of what is to be done.
        guard fetch != nil || ahead.removeValue(forKey: pin) != nil else { return }
        lastEnded = fetch
        endedBytes = ByteSum.adding(endedBytes, fetch?.bytes ?? 0)
        endedObjects += fetch?.objects ?? 0
        switch outcome {
        case .fetched: tally.fetched += 1
        case .present: tally.present += 1
        case .failed: tally.failed += 1
        case .skipped: tally.skipped += 1
        case .interrupted: tally.interrupted += 1
        }
    }
}
