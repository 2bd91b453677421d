/// What next? Decides which asset is opened, which part is fetched, what is sealed and what may appear, and does none
/// of it: the executor performs the actions and feeds their events back.
///
/// One window over the parts of all objects, so that one object of 40 GB and ten thousand small ones are the same loop.
/// An object's size is known with the answer for its first part, which asks for `partSize` bytes.
///
/// An asset goes pending → opening → transferring → sealing → staged → committing → ended. Any step can fail it, and
/// then all that depends on it is skipped.
struct TransferMachine {
    enum Action: Equatable {
        /// Take the lock, look again, and claim the staging folder.
        case open(Int)
        case fetch(Part)
        /// Everything arrived: verify and make durable.
        case seal(Int)
        /// It is ready and may not appear yet: give the lock back meanwhile.
        case park(Int)
        case commit(Int)
        case end(Int, Ending)
    }

    enum Event {
        case opened(Int, [ObjectProgress?])
        /// Another process had put it there.
        case present(Int)
        case received(Part, size: Int64, entityTag: String?)
        case sealed(Int)
        case committed(Int)
        /// The staging folder was another process's meanwhile: begin again.
        case lost(Int)
        case failed(Int)
        /// An action that the end of its asset made pointless came back.
        case cancelled(Part)
    }

    enum Ending: Equatable {
        case present, fetched, failed
        case skipped(because: Int)
    }

    struct Part: Hashable, Sendable {
        let asset: Int
        let object: Int
        let range: Range<Int64>
        /// What the object must still be; nil for the first part of an object that nothing is known of.
        let entityTag: String?
        /// Whether the object's size is still to be learnt from the answer.
        let isFirst: Bool
    }

    private enum Phase: Equatable {
        case pending, opening, transferring, sealing, staged, committing, ended
    }

    private let window: Int
    private let partSize: Int64
    private var order: CommitOrder
    private var phases: [Phase]
    /// The parts that each object of an asset in transfer still lacks.
    private var partsLeft: [Int: [Int]] = [:]
    private var queue = PartQueue()
    private var nextAsset = 0
    private var opening = 0

    /// - Parameters:
    ///   - dependencies: of each asset, by place in the plan.
    ///   - present: the assets that are there already.
    init(dependencies: [[Int]], present: Set<Int>, window: Int, partSize: Int64) {
        self.window = window
        self.partSize = partSize
        order = CommitOrder(dependencies: dependencies)
        phases = dependencies.indices.map { present.contains($0) ? .ended : .pending }
        for asset in present { _ = order.appeared(asset) }
    }

    mutating func start() -> [Action] { fill() }

    mutating func handle(_ event: Event) -> [Action] {
        let actions: [Action] =
            switch event {
            case .opened(let asset, let progress): opened(asset, progress)
            case .present(let asset): appeared(asset, as: .present)
            case .received(let part, let size, let tag): received(part, size: size, entityTag: tag)
            case .sealed(let asset): sealed(asset)
            case .committed(let asset): appeared(asset, as: .fetched)
            case .lost(let asset): reopen(asset)
            case .failed(let asset): failed(asset)
            case .cancelled(let part): cancelled(part)
            }
        return actions + fill()
    }

    /// Whether what an asset still does is of use.
    func isLive(_ asset: Int) -> Bool { phases[asset] != .ended }

    // MARK: Events

    private mutating func opened(_ asset: Int, _ progress: [ObjectProgress?]) -> [Action] {
        guard phases[asset] == .opening else { return [] }
        opening -= 1
        phases[asset] = .transferring
        var left: [Int] = []
        for (object, progress) in progress.enumerated() {
            let parts = parts(of: asset, object, progress)
            left.append(parts.count)
            queue.append(parts)
        }
        partsLeft[asset] = left
        return sealIfComplete(asset)
    }

    private func parts(of asset: Int, _ object: Int, _ progress: ObjectProgress?) -> [Part] {
        guard let progress else {
            return [Part(asset: asset, object: object, range: 0..<partSize, entityTag: nil, isFirst: true)]
        }
        return progress.missing(partSize: partSize).map {
            Part(asset: asset, object: object, range: $0, entityTag: progress.entityTag, isFirst: false)
        }
    }

    private mutating func received(_ part: Part, size: Int64, entityTag: String?) -> [Action] {
        queue.ended(part)
        guard isLive(part.asset) else { return [] }
        partsLeft[part.asset]?[part.object] -= 1
        if part.isFirst, size > partSize {
            let rest = ObjectProgress(size: size, entityTag: entityTag, done: [part.range])
            let parts = parts(of: part.asset, part.object, rest)
            partsLeft[part.asset]?[part.object] += parts.count
            // Before what was queued: an object that was begun is finished first, and with it its asset.
            queue.prepend(parts)
        }
        return sealIfComplete(part.asset)
    }

    private mutating func sealIfComplete(_ asset: Int) -> [Action] {
        guard partsLeft[asset]?.allSatisfy({ $0 == 0 }) == true else { return [] }
        partsLeft[asset] = nil
        phases[asset] = .sealing
        return [.seal(asset)]
    }

    private mutating func sealed(_ asset: Int) -> [Action] {
        guard isLive(asset) else { return [] }
        guard order.isStaged(asset) else {
            phases[asset] = .staged
            return [.park(asset)]
        }
        phases[asset] = .committing
        return [.commit(asset)]
    }

    private mutating func appeared(_ asset: Int, as ending: Ending) -> [Action] {
        guard isLive(asset) else { return [] }
        leaveOpening(asset)
        phases[asset] = .ended
        let free = order.appeared(asset).filter(isLive)
        for asset in free { phases[asset] = .committing }
        return [.end(asset, ending)] + free.map(Action.commit)
    }

    private mutating func reopen(_ asset: Int) -> [Action] {
        guard isLive(asset) else { return [] }
        opening += 1
        phases[asset] = .opening
        return [.open(asset)]
    }

    private mutating func failed(_ asset: Int) -> [Action] {
        guard isLive(asset) else { return [] }
        var actions = [end(asset, .failed)]
        for dependant in order.dependants(of: asset) where isLive(dependant) {
            actions.append(end(dependant, .skipped(because: asset)))
        }
        return actions
    }

    private mutating func end(_ asset: Int, _ ending: Ending) -> Action {
        leaveOpening(asset)
        phases[asset] = .ended
        partsLeft[asset] = nil
        queue.removeAll(of: asset)
        return .end(asset, ending)
    }

    private mutating func cancelled(_ part: Part) -> [Action] {
        queue.ended(part)
        return []
    }

    private mutating func leaveOpening(_ asset: Int) {
        if phases[asset] == .opening { opening -= 1 }
    }

    // MARK: The window

    private mutating func fill() -> [Action] {
        var actions: [Action] = []
        while let part = queue.next(window: window) { actions.append(.fetch(part)) }
        // Twice the window, so that the next assets are open when the parts of these run out.
        while nextAsset < phases.count, queue.count + opening < 2 * window {
            if phases[nextAsset] == .pending {
                phases[nextAsset] = .opening
                opening += 1
                actions.append(.open(nextAsset))
            }
            nextAsset += 1
        }
        return actions
    }
}

/// The parts that wait and the parts under way.
struct PartQueue {
    private var waiting: [TransferMachine.Part] = []
    private var first = 0
    private var underWay: Set<TransferMachine.Part> = []

    /// Waiting and under way.
    var count: Int { waiting.count - first + underWay.count }

    mutating func append(_ parts: [TransferMachine.Part]) { waiting += parts }

    mutating func prepend(_ parts: [TransferMachine.Part]) {
        waiting.replaceSubrange(..<first, with: parts)
        first = 0
    }

    mutating func removeAll(of asset: Int) {
        waiting = waiting[first...].filter { $0.asset != asset }
        first = 0
    }

    /// The next part, where fewer than `window` are under way.
    mutating func next(window: Int) -> TransferMachine.Part? {
        guard underWay.count < window, first < waiting.count else { return nil }
        let part = waiting[first]
        first += 1
        if first > 1024, first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        underWay.insert(part)
        return part
    }

    mutating func ended(_ part: TransferMachine.Part) { underWay.remove(part) }
}
