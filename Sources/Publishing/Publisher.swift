package import AssetModel
package import Catalog
package import Execution
package import ObjectStore
internal import Planning
internal import Synchronization

/// Pushes versions of assets so that nobody sees one that is not whole, and nobody loses one.
///
/// A version's number is claimed by an object of this tool's own, `NAME/VERSION.pushing`, that only one push can make. Then come
/// the data, the `.meta` and last the `.versions`, which alone makes the version known; and the claim goes. What a push that was
/// killed left is known to nobody: the same push, run again, finds its own claim by the digest of the content, takes it over and
/// goes on with that number; another one takes the next. `PushMachine` decides, `PushRequests` asks.
package struct Publisher: Sendable {
    let store: any WritableStore
    package let catalog: StoreCatalog
    let system: VersioningSystem
    /// In seconds since 1970.
    let now: @Sendable () -> Double
    /// How many requests are sent at the same time.
    let window: Int
    let memory: MemoryLimit

    /// - Parameter store: seen from modelkit's prefix.
    package init(
        store: any WritableStore, system: VersioningSystem, window: Int, memory: MemoryLimit = .none,
        now: @escaping @Sendable () -> Double
    ) {
        self.store = store
        self.system = system
        self.window = window
        self.memory = memory
        self.now = now
        catalog = StoreCatalog(store: store, system: system)
    }

    /// Which version a push would make, and which one that follows; nil for the first one of an asset.
    ///
    /// - Throws: `PublishError` where the asset is there already, or is not.
    package func next(_ target: PushTarget) async throws -> (pin: AssetPin, base: AssetPin?) {
        var machine = PushMachine(target, system, identifier: 0, readsFirst: false)
        let found = try await listing(of: target.name)
        machine.take(.listing(found), to: .listing, now: Int64(now()))
        if case .claiming(let version, _) = machine.state {
            let base = target.rule.base(in: found?.versions ?? [])
            return (
                AssetPin(name: target.name, version: version), base.map { AssetPin(name: target.name, version: $0) }
            )
        }
        if case .recognizing(let version, _) = machine.state {
            let pin = AssetPin(name: target.name, version: version)
            if try await store.headIfPresent(ObjectKey(ToolLayout.claimObject(of: pin))) != nil { return (pin, nil) }
            throw PublishError.exists(target.name, store.name)
        }
        guard case .failed(let failure) = machine.outcome else { throw tooManyWriters(target.name) }
        throw await error(failure, target.name)
    }

    /// The asset's versions; nil where it has none.
    ///
    /// Where a store does not replace an object at once, as `rclone serve s3` does not, half of what another push writes can be read.
    func listing(of name: AssetName) async throws -> VersionListing? {
        for pause in [0.1, 0.3, 0.9] {
            do {
                return try await catalog.listing(of: name)
            } catch CatalogError.malformed {
                try await Task.sleep(for: .seconds(pause))
            }
        }
        return try await catalog.listing(of: name)
    }

    /// Proves that the asset may be written to, before anything large is read or sent: an upload is begun and given up.
    ///
    /// - Throws: `StoreError`.
    package func proveWritable(_ pin: AssetPin) async throws(StoreError) {
        let upload = try await store.startUpload(of: ObjectKey(ToolLayout.claimObject(of: pin)), .none)
        // Who may upload may not be allowed to give up: then nothing of it is visible, and a bucket's rules remove it.
        try? await store.abortUpload(upload)
    }

    /// Pushes a version.
    ///
    /// - Parameters:
    ///   - expected: the version that it would have been when it was last asked for; nil where it was not.
    ///   - progress: told how far it has come. Once the version is being made known, cancellation is too late: what was sent may be
    ///     done, and the push goes on to its end.
    ///   - emit: told what happens, with the pin under which it does; `.fetched` is for what is known of.
    /// - Throws: `PublishError`, `StoreError`, `FileError`, `CatalogError`, `SourceChanged`.
    package func publish(
        _ source: PushSource, as target: PushTarget, expecting expected: AssetPin? = nil,
        dependencies: [AssetSpecification], progress: PushProgress = PushProgress(),
        emit: @escaping @Sendable (ExecutionEvent) -> Void = { _ in }
    ) async throws -> Published {
        let reading = Task { try await PushContent(of: source) }
        defer { reading.cancel() }
        let push = Push(source: source, reading: reading, dependencies: dependencies, emit: emit)
        let requests = PushRequests(self, push, target.name)
        var machine = PushMachine(
            target, system, identifier: push.identifier, readsFirst: source.bytes <= Push.readFirstLimit,
            expecting: expected?.version)
        while machine.outcome == nil {
            if let version = machine.listedVersion {
                progress.note(AssetPin(name: target.name, version: version))
                let listing = machine
                // A task of its own, which is not cancelled with this one.
                machine = try await Task { try await step(listing, requests) }.value
            } else {
                machine = try await step(machine, requests)
            }
        }
        switch machine.outcome {
        case .published(let version, let keepsConditions):
            let pin = AssetPin(name: target.name, version: version)
            emit(.ended(pin, .fetched))
            return Published(
                pin: pin, passedOver: machine.passedOver, keepsConditions: keepsConditions,
                reusedBytes: machine.wasListed ? source.bytes : await requests.record.reusedBytes)
        case .failed(.impossible):
            throw await requests.record.fault ?? tooManyWriters(target.name)
        case .failed(let failure): throw await error(failure, target.name)
        case nil: throw tooManyWriters(target.name)
        }
    }

    /// What is to be done at the same time is: an answer that makes the others needless ends them.
    private func step(_ before: PushMachine, _ requests: PushRequests) async throws -> PushMachine {
        let after = try await withThrowingTaskGroup(of: Answered.self) { group in
            var machine = before
            var asked: [PushMachine.Request] = []
            while true {
                for request in machine.requests where !asked.contains(request) {
                    asked.append(request)
                    group.addTask { Answered(request: request, answer: try await requests.answer(to: request)) }
                }
                guard let answered = try await group.next() else { return machine }
                machine.take(answered.answer, to: answered.request, now: Int64(now()))
                guard machine.isUploading else {
                    group.cancelAll()
                    return machine
                }
            }
        }
        for version in after.passedOver.dropFirst(before.passedOver.count) {
            requests.push.emit(.ended(AssetPin(name: after.target.name, version: version), .interrupted))
        }
        return after
    }

    private struct Answered: Sendable {
        let request: PushMachine.Request
        let answer: PushMachine.Answer
    }

    private func error(_ failure: PushMachine.Failure, _ name: AssetName) async -> PublishError {
        switch failure {
        case .exists: .exists(name, store.name)
        case .missing: .missing(name, store.name, nearest: await catalog.nearestName(to: name.text))
        case .noMajor(let major, let versions): .noMajor(name, major, versions)
        case .tooManyWriters, .impossible: tooManyWriters(name)
        case .metaNotKept(let version):
            .notKept(
                store.address(of: ObjectKey(ModelkitLayout.metaObject(of: AssetPin(name: name, version: version)))))
        case .versionsNotKept: .notKept(store.address(of: ObjectKey(ModelkitLayout.versionsObject(of: name))))
        }
    }

    private func tooManyWriters(_ name: AssetName) -> PublishError {
        .tooManyWriters(store.address(of: ObjectKey(ModelkitLayout.versionsObject(of: name))))
    }
}

extension PushMachine {
    fileprivate var isUploading: Bool { if case .uploading = state { true } else { false } }

    /// The version that is being added to `.versions`, or was; nil before.
    fileprivate var listedVersion: AssetVersion? {
        switch state {
        case .writingVersions(let holding, _, _), .backingOff(let holding, _), .releasing(let holding):
            holding.version
        case .listing(let holding, let listing), .checkingClaim(let holding, let listing, _),
            .sweeping(let holding, let listing, _, _):
            listing.hasWritten || listing.attempt > 0 ? holding.version : nil
        default: nil
        }
    }
}

/// How far a push has come, for whoever has to say so while it runs.
package final class PushProgress: Sendable {
    private let pin = Mutex<AssetPin?>(nil)

    package init() {}

    /// The version that is being made known, and may be already; nil where none can be.
    package var listedPin: AssetPin? { pin.withLock(\.self) }

    func note(_ listed: AssetPin) { pin.withLock { $0 = listed } }
}

/// What is pushed, and by whom.
struct Push: Sendable {
    let source: PushSource
    /// Reads all of it, at the same time as other things are done.
    let reading: Task<PushContent, any Error>
    let dependencies: [AssetSpecification]
    let emit: @Sendable (ExecutionEvent) -> Void
    let identifier = UInt64.random(in: .min ... .max)

    /// What takes moments to read, in bytes, is read before the claim is made; else the claim says later what is pushed.
    static let readFirstLimit: Int64 = 64 << 20

    var content: PushContent {
        get async throws {
            try await withTaskCancellationHandler {
                try await reading.value
            } onCancel: {
                reading.cancel()
            }
        }
    }

    /// The same for the same content with the same dependencies.
    func fingerprint(_ content: PushContent) -> String {
        guard !dependencies.isEmpty else { return "\(content.fingerprint)" }
        let lines = dependencies.map { "\($0)\n" }
        return "\(SHA256Digest(of: "\(content.fingerprint)\n" + lines.joined()))"
    }
}
