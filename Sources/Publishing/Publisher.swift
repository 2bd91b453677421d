package import AssetModel
package import Execution
internal import Catalog
internal import FileSystem
internal import FoundationEssentials
internal import NIOCore
package import ObjectStore
internal import Planning

/// Pushes versions of assets so that nobody sees one that is not whole, and nobody loses one.
///
/// A version's number is claimed by an object of this tool's own, `NAME/VERSION.pushing`, that only one push can make. Then come
/// the data, the `.meta` and last the `.versions`, which alone makes the version known; and the claim goes. What a push that was
/// killed left is known to nobody: the same push, run again, finds its own claim by the digest of the content, takes it over and
/// goes on with that number; another one takes the next.
package struct Publisher: Sendable {
    let store: any WritableStore
    let catalog: StoreCatalog
    let system: VersioningSystem
    /// In seconds since 1970.
    let now: @Sendable () -> Double
    /// How many requests are sent at the same time.
    let window: Int

    /// How often `.versions` is written anew because somebody else did, and how often a number is found taken.
    static let attempts = 200
    /// What takes moments to read, in bytes, is read before the claim is made; else the claim says later what is pushed.
    fileprivate static let readFirstLimit: Int64 = 64 << 20
    /// Between two tries to rewrite `.versions`, in seconds at most.
    private static let longestWait = 1.0

    /// - Parameter store: seen from modelkit's prefix.
    package init(
        store: any WritableStore, system: VersioningSystem, window: Int, now: @escaping @Sendable () -> Double
    ) {
        self.store = store
        self.system = system
        self.window = window
        self.now = now
        catalog = StoreCatalog(store: store, system: system)
    }

    /// Which version a push would make.
    ///
    /// - Throws: `PublishError` where the asset is there already, or is not.
    package func next(_ target: PushTarget) async throws -> AssetPin {
        AssetPin(name: target.name, version: try await version(for: target, apartFrom: []))
    }

    /// Proves that the asset may be written to, before anything large is read or sent: an upload is begun and given up.
    ///
    /// - Throws: `StoreError`.
    package func proveWritable(_ pin: AssetPin) async throws(StoreError) {
        let upload = try await store.startUpload(of: Self.claimKey(pin), .none)
        // Who may upload may not be allowed to give up.
        try? await store.abortUpload(upload)
    }

    /// Pushes a version.
    ///
    /// - Parameters:
    ///   - expected: the version that it would have been when it was last asked for; nil where it was not.
    ///   - emit: told what happens, with the pin under which it does; `.fetched` is for what is known of.
    /// - Throws: `PublishError`, `StoreError`, `FileError`, `CatalogError`, `SourceChanged`.
    package func publish(
        _ source: PushSource, as target: PushTarget, expecting expected: AssetPin? = nil,
        dependencies: [AssetSpecification],
        emit: @escaping @Sendable (ExecutionEvent) -> Void = { _ in }
    ) async throws -> Published {
        let reading = Task { try await PushContent(of: source) }
        defer { reading.cancel() }
        let push = Push(source: source, reading: reading, dependencies: dependencies, emit: emit)
        var taken: [AssetVersion] = []
        for _ in 0..<Self.attempts {
            let version =
                if taken.isEmpty, let expected { expected.version } else {
                    try await version(for: target, apartFrom: taken)
                }
            let pin = AssetPin(name: target.name, version: version)
            guard let claim = try await claim(pin, push), let reused = try await upload(push, pin, claim),
                try await list(pin, target, push, claim)
            else {
                emit(.ended(pin, .interrupted))
                try await letGo(pin, push)
                taken.append(pin.version)
                continue
            }
            // Whoever may write may not be allowed to delete: then the claim stays, and means nothing.
            try? await store.delete(Self.claimKey(pin))
            emit(.ended(pin, .fetched))
            return Published(pin: pin, passedOver: taken, keepsConditions: claim.isKept, reusedBytes: reused)
        }
        throw PublishError.tooManyWriters(store.address(of: Self.versionsKey(target.name)))
    }

    struct Push: Sendable {
        let source: PushSource
        /// Reads all of it, at the same time as other things are done.
        let reading: Task<PushContent, any Error>
        let dependencies: [AssetSpecification]
        let emit: @Sendable (ExecutionEvent) -> Void
        let identifier = UInt64.random(in: .min ... .max)

        var content: PushContent {
            get async throws {
                try await withTaskCancellationHandler {
                    try await reading.value
                } onCancel: {
                    reading.cancel()
                }
            }
        }

        var isReadFirst: Bool { source.bytes <= Publisher.readFirstLimit }

        /// The same for the same content with the same dependencies.
        func fingerprint(_ content: PushContent) -> String {
            guard !dependencies.isEmpty else { return "\(content.fingerprint)" }
            let lines = dependencies.map { "\($0)\n" }
            return "\(SHA256Digest(of: "\(content.fingerprint)\n" + lines.joined()))"
        }

        func claim(_ content: PushContent?, at time: Double) throws -> ByteBuffer {
            let document = ClaimDocument(
                push: identifier, content: content.map(self.fingerprint), since: PushDate.text(Int64(time)))
            return ByteBuffer(bytes: try JSONEncoder().encode(document))
        }
    }

    /// The version after those that are listed and those that others are pushing.
    private func version(for target: PushTarget, apartFrom taken: [AssetVersion]) async throws -> AssetVersion {
        let listed = try await catalog.listing(of: target.name)?.versions
        switch target {
        case .new where listed != nil: throw PublishError.exists(target.name, store.name)
        case .update where listed == nil: throw PublishError.missing(target.name, store.name)
        case .new, .update: break
        }
        guard let next = target.rule.version(after: (listed ?? []) + taken, in: system, now: Int64(now())) else {
            throw PublishError.noMajor(target.name, listed ?? [])
        }
        return next
    }

    // MARK: Data and .meta

    /// - Returns: how many bytes were there before; nil where the number is no longer ours.
    private func upload(_ push: Push, _ pin: AssetPin, _ claim: Claim) async throws -> Int64? {
        let files = push.source.files.map { ($0, ObjectKey(of: pin, path: $0.path)) }
        push.emit(.started(pin, objects: files.count))
        for file in push.source.files { push.emit(.sized(pin, bytes: file.status.size)) }
        let uploader = Uploader(store: store, window: window, isResuming: claim.isOld) { bytes, isReused in
            push.emit(isReused ? .reused(pin, bytes: bytes) : .received(pin, bytes: bytes))
        }
        do {
            let reused = try await withThrowingTaskGroup(of: Int64.self) { group in
                group.addTask { try await uploader.upload(files) }
                group.addTask {
                    try await name(pin, push, claim)
                    return 0
                }
                var reused: Int64 = 0
                for try await bytes in group { reused += bytes }
                return reused
            }
            let meta = try MetaDocument(
                push.source, try await push.content, dependencies: push.dependencies, pushed: Int64(now())
            ).bytes
            if try await putIfAbsent(Self.metaKey(pin), ByteBuffer(bytes: meta)) != nil { return reused }
            // A request whose answer was lost has made it, or an earlier push of the same content.
            return try await hasMeta(pin, of: try await push.content) ? reused : nil
        } catch let error as StoreError where error.kind == .changed {
            // Somebody else has written there, or a push of the same content that took the claim over goes on with it.
            if !claim.isOld { return nil }
            guard try await isOurs(Self.claimKey(pin), push) else { return nil }
            throw error
        }
    }

    /// Says in the claim what is pushed, once that is known, so that the same push can take it over.
    private func name(_ pin: AssetPin, _ push: Push, _ claim: Claim) async throws {
        let content = try await push.content
        guard let tag = claim.unnamedTag else { return }
        do {
            _ = try await store.put(Self.claimKey(pin), try push.claim(content, at: now()), .ifUnchanged(tag))
        } catch let error as StoreError where error.kind == .changed {
            // By a request whose answer was lost.
            guard let found = try await claimDocument(Self.claimKey(pin)),
                found.push == push.identifier, found.content != nil
            else { throw error }
        }
    }

    // MARK: .versions

    /// Adds the version to those that are known.
    ///
    /// - Returns: false where the claim has been taken over by a push of the same content.
    private func list(
        _ pin: AssetPin, _ target: PushTarget, _ push: Push, _ claim: Claim
    ) async throws -> Bool {
        let key = Self.versionsKey(pin.name)
        var hasWritten = false
        for attempt in 0..<Self.attempts {
            let listing = try await catalog.listing(of: pin.name)
            let isListed = listing?.versions.contains(pin.version) == true
            if isListed, hasWritten { return true }
            let isOurs = try await isOurs(Self.claimKey(pin), push)
            // By a write whose answer was lost, if not by whom the claim was taken over from.
            if isListed { return isOurs && !claim.isOld }
            guard isOurs else { return false }
            if listing != nil, case .new = target { throw PublishError.exists(pin.name, store.name) }
            try await sweep(listing?.versions ?? [], before: pin)
            let versions = ((listing?.versions ?? []) + [pin.version]).sorted(by: >)
            let content = ByteBuffer(bytes: try JSONEncoder().encode(["versions": versions.map(\.text)]))
            let condition = listing.map { listing in listing.entityTag.map(PutCondition.ifUnchanged) ?? .none }
            do throws(StoreError) {
                _ = try await store.put(key, content, condition ?? .ifAbsent)
                if claim.isKept { return true }
                hasWritten = true
                // And around: a store that heeds no condition may have kept what another wrote.
            } catch {
                guard error.kind == .changed else { throw error }
                let longest = min(Self.longestWait, 0.02 * Double(1 << min(attempt, 6)))
                try await Task.sleep(for: .seconds(Double.random(in: 0...longest)))
            }
        }
        throw PublishError.tooManyWriters(store.address(of: key))
    }

    // MARK: Objects

    /// - Returns: what was put; nil where it is there.
    func putIfAbsent(_ key: ObjectKey, _ content: ByteBuffer) async throws -> ObjectAttributes? {
        do throws(StoreError) {
            return try await store.put(key, content, .ifAbsent)
        } catch {
            guard error.kind == .changed else { throw error }
            return nil
        }
    }

    static func claimKey(_ pin: AssetPin) -> ObjectKey { ObjectKey(ToolLayout.claimObject(of: pin)) }
    static func metaKey(_ pin: AssetPin) -> ObjectKey { ObjectKey(ModelkitLayout.metaObject(of: pin)) }
    private static func versionsKey(_ name: AssetName) -> ObjectKey {
        ObjectKey(ModelkitLayout.versionsObject(of: name))
    }
}

/// The claim of a version's number: who has it, who may take it over, and when it is let go.
extension Publisher {
    struct Claim: Sendable {
        /// Whether it is that of an earlier push of the same content, whose objects are there in part.
        let isOld: Bool
        /// Whether the store heeds conditions; where it does not, what was written is read again.
        let isKept: Bool
        /// Of a claim that does not say yet what is pushed.
        var unnamedTag: String?
    }

    struct ClaimDocument: Codable {
        let push: UInt64
        /// The digest of all that is pushed; nil until it is known.
        let content: String?
        let since: String
    }

    /// Nil where somebody else pushes something else under this number, or has.
    func claim(_ pin: AssetPin, _ push: Push) async throws -> Claim? {
        let key = Self.claimKey(pin)
        let content = push.isReadFirst ? try await push.content : nil
        let document = try push.claim(content, at: now())
        guard let made = try await makeClaim(key, document, push) else {
            guard try await takeOver(key, push), try await mayGoOn(pin, try await push.content) else { return nil }
            return Claim(isOld: true, isKept: true)
        }
        // Python modelkit makes no claims; and this number may have been listed, and its claim deleted, since it was chosen.
        if try await isListed(pin) { return nil }
        if try await store.headIfPresent(Self.metaKey(pin)) != nil { return nil }
        if try await putIfAbsent(key, document) == nil {
            return Claim(isOld: false, isKept: true, unnamedTag: content == nil ? made.entityTag : nil)
        }
        // Both of two may have written it: the later one has it.
        try await Task.sleep(for: .seconds(1))
        guard try await claimDocument(key)?.push == push.identifier else { return nil }
        return Claim(isOld: false, isKept: false)
    }

    /// - Returns: what was made, by this request or by an earlier one whose answer was lost; nil where another's is there.
    private func makeClaim(
        _ key: ObjectKey, _ document: ByteBuffer, _ push: Push
    ) async throws -> ObjectAttributes? {
        for _ in 0..<Self.attempts {
            if let made = try await putIfAbsent(key, document) { return made }
            // The tag first: where what is read after it is ours, it was then too, or the tag holds no longer.
            guard let found = try await store.headIfPresent(key), let claim = try await claimDocument(key) else {
                // It is gone; or the store had two requests at once and did neither, which S3 answers with 409.
                continue
            }
            return claim.push == push.identifier ? found : nil
        }
        throw PublishError.tooManyWriters(store.address(of: key))
    }

    /// Takes a claim over that was made for the same content; who had it finds that out before listing the version.
    private func takeOver(_ key: ObjectKey, _ push: Push) async throws -> Bool {
        let content = try await push.content
        do {
            guard let tag = try await store.head(key).entityTag else { return false }
            guard try await claimDocument(key)?.content == push.fingerprint(content) else { return false }
            _ = try await store.put(key, try push.claim(content, at: now()), .ifUnchanged(tag))
            return true
        } catch let error as StoreError where error.kind == .changed || error.kind == .notFound {
            // Its push has ended, or somebody was faster; or the answer to a first request was lost.
            return try await isOurs(key, push)
        }
    }

    /// Whether a number whose claim was taken over is known to nobody, and its `.meta`, if there is one, is of this content.
    private func mayGoOn(_ pin: AssetPin, _ content: PushContent) async throws -> Bool {
        if try await isListed(pin) { return false }
        if try await store.headIfPresent(Self.metaKey(pin)) == nil { return true }
        return try await hasMeta(pin, of: content)
    }

    /// Whether the `.meta` that is there records the files of this content.
    func hasMeta(_ pin: AssetPin, of content: PushContent) async throws -> Bool {
        do {
            let recorded = try await catalog.metadata(of: pin).objects
            return recorded.map(\.sha256) == content.digests.map { $0.sha256 }
        } catch is CatalogError {
            return false
        }
    }

    func isListed(_ pin: AssetPin) async throws -> Bool {
        try await catalog.listing(of: pin.name)?.versions.contains(pin.version) == true
    }

    func isOurs(_ key: ObjectKey, _ push: Push) async throws -> Bool {
        try await claimDocument(key)?.push == push.identifier
    }

    /// Deletes the claim of a number that is passed over: left behind, it would be taken for that of a push that was killed.
    func letGo(_ pin: AssetPin, _ push: Push) async throws {
        guard try await isOurs(Self.claimKey(pin), push) else { return }
        // Whoever may write may not be allowed to delete: then it stays, and whoever takes it over looks what is there.
        try? await store.delete(Self.claimKey(pin))
    }

    /// Deletes the claim that a push left which was killed after its version was listed.
    func sweep(_ listed: [AssetVersion], before pin: AssetPin) async throws {
        guard let version = listed.filter({ $0 < pin.version }).max() else { return }
        let key = Self.claimKey(AssetPin(name: pin.name, version: version))
        guard try await store.headIfPresent(key) != nil else { return }
        // Whoever may write may not be allowed to delete: then it stays, and means nothing.
        try? await store.delete(key)
    }

    func claimDocument(_ key: ObjectKey) async throws -> ClaimDocument? {
        do {
            let bytes = try await store.read(key, limit: 1 << 16)
            guard JSONNesting.isBounded(bytes) else { return nil }
            return try? JSONDecoder().decode(ClaimDocument.self, from: Data(bytes))
        } catch let error as StoreError where error.kind == .notFound {
            return nil
        }
    }
}

/// What a push is to make.
package enum PushTarget: Sendable, Hashable {
    /// The first version of an asset that is not there.
    case new(AssetName)
    /// A further version of one that is.
    case update(AssetName, NextVersion)

    package var name: AssetName {
        switch self {
        case .new(let name), .update(let name, _): name
        }
    }

    var rule: NextVersion {
        switch self {
        case .new: .latest
        case .update(_, let rule): rule
        }
    }
}

/// What was pushed.
package struct Published: Sendable, Hashable {
    package let pin: AssetPin
    /// Numbers that others had claimed.
    package let passedOver: [AssetVersion]
    /// Whether the store heeds conditions.
    package let keepsConditions: Bool
    /// Those that were there from a push of the same content that did not end.
    package let reusedBytes: Int64
}

/// Why nothing was pushed.
package enum PublishError: Error, Sendable, Hashable {
    /// There is such an asset in this store.
    case exists(AssetName, String)
    case missing(AssetName, String)
    /// None of these is of the major version.
    case noMajor(AssetName, [AssetVersion])
    /// The object is written by others all the time.
    case tooManyWriters(String)
    /// A `.meta` of so many bytes would not be read.
    case tooManyFiles(Int)
}
