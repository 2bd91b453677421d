package import AssetModel
internal import Catalog
internal import Execution
internal import ObjectStore
package import Publishing
package import StoreTransport

/// Pushes a version of an asset.
package struct Pushing: Sendable {
    private let settings: Settings
    private let store: any WritableStore
    private let retries: RetryLog
    private let publisher: Publisher
    private let progress = PushProgress()

    package init(_ workspace: Workspace, _ retries: RetryLog) throws(Faults) {
        settings = workspace.settings
        self.retries = retries
        store = try StoreOpening.openForWriting(settings, retries)
        let window = OpenFileLimit.pushWindow(wanted: settings.jobs.value, limit: OpenFileLimit.raise())
        publisher = Publisher(
            store: store, system: settings.versioning.value, window: window, memory: .read(), now: WallClock.now)
    }

    package var storeName: String { store.name }

    /// The version that is being made known, and may be already; nil where none can be.
    package var listedPin: AssetPin? { progress.listedPin }

    /// Finds out what would be pushed. Writes no more than proves that it can be.
    ///
    /// - Parameters:
    ///   - path: of a file or a folder; or an address, `s3://bucket/key` or `gs://bucket/key`.
    ///   - isDry: whether nothing is pushed afterwards.
    package func propose(
        _ path: String, as target: PushTarget, needing wanted: PushDependencies, isDry: Bool
    ) async throws(Faults) -> PushProposal {
        do {
            // What is wrong with the asset's name, or with the right to write, is known before anything large is read.
            let next = try await publisher.next(target)
            let (dependencies, heritage) = try await DependencyReading(
                catalog: publisher.catalog, store: store, system: settings.versioning.value
            ).read(wanted, from: next.base)
            let origin = try await PushOrigin.look(path, settings, retries)
            // Else the claim, which is the first thing that is written, proves it as soon.
            if isDry || origin.isRemote { try await publisher.proveWritable(next.pin) }
            return PushProposal(
                target: target, pin: next.pin, origin: origin, dependencies: dependencies, heritage: heritage)
        } catch {
            throw PushFault.faults(error, settings)
        }
    }

    /// Pushes it, as the version that it was told to become or, where another push was first, as a later one.
    package func publish(
        _ proposal: PushProposal, _ observer: any OperationObserver
    ) async throws(Faults) -> Published {
        do {
            return try await proposal.origin.readingLocally(settings) { source in
                try await observer.observing(.push) { emit in
                    try await publisher.publish(
                        source, as: proposal.target, expecting: proposal.pin, dependencies: proposal.dependencies,
                        progress: progress, emit: emit)
                }
            }
        } catch {
            throw PushFault.faults(error, settings)
        }
    }
}

/// What a push would make.
package struct PushProposal: Sendable {
    let target: PushTarget
    package let pin: AssetPin
    package let origin: PushOrigin
    package let dependencies: [AssetSpecification]
    /// The version that they are inherited from; nil where there are none, or they were typed.
    package let heritage: AssetPin?
}
