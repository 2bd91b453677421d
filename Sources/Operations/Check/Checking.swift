package import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import StoreProviders
package import StoreTransport

/// What a check is made for.
package enum CheckRole: String, CaseIterable, Sendable {
    /// Fetching.
    case runtime
    /// Pushing too.
    case developer
}

/// Finds out whether a run would work. Leaves nothing behind.
package struct Checking: Sendable {
    private let workspace: Workspace
    private let request: SpecRequest
    private let role: CheckRole
    private let retries: RetryLog

    package init(_ workspace: Workspace, _ request: SpecRequest, _ role: CheckRole, _ retries: RetryLog) {
        self.workspace = workspace
        self.request = request
        self.role = role
        self.retries = retries
    }

    package func check() async -> CheckFindings {
        let store = await store()
        let spec = await spec(store)
        return CheckFindings(settings: settings, directory: directory, store: store, spec: spec)
    }

    private func spec(_ store: CheckFindings.Store) async -> CheckFindings.Spec {
        guard !workspace.manifest.entries.isEmpty else { return .none }
        guard store.isToBeAsked else { return .skipped }
        let checking = SpecChecking(workspace: workspace, request: request, retries: retries)
        return .found(await checking.check())
    }

    /// The assets that the spec leads to: its own, and what they depend on as far as its lockfile knows. None without a spec.
    package func neededNames() throws(Faults) -> [AssetName] {
        let own = workspace.manifest.entries.map(\.name)
        guard !own.isEmpty else { return [] }
        let system = settings.versioning.value
        let lock = try SpecLock.read(besides: request.spec, request.lock, in: system).lock
        return own + lock.assets.map(\.pin.name)
    }

    private var settings: Settings { workspace.settings }

    private var directory: Result<CheckFindings.AssetsDirectory, Faults> {
        do throws(Faults) {
            guard let directory = try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: .isAnError)
            else { throw Faults(.directory(.notSet(canBeMade: false))) }
            try StoreOpening.checkApart(settings, directory)
            return .success((directory.path, DirectoryCheck(directory)))
        } catch {
            return .failure(error)
        }
    }

    private func store() async -> CheckFindings.Store {
        switch (settings.provider?.value, settings.bucket?.value) {
        case (.s3, let bucket?):
            return .s3(await S3Checking(settings: settings, role: role, retries: retries).check(bucket))
        case (.gcs, let bucket?):
            return .gcs(await GCSChecking(settings: settings, role: role, retries: retries).check(bucket))
        default: return await folder()
        }
    }

    private func folder() async -> CheckFindings.Store {
        do throws(Faults) {
            guard let store = try StoreOpening.open(settings, retries) else { return .none }
            return .folder(await StoreReading(of: store), isToBeWritten: role == .developer)
        } catch {
            return .unopened(error)
        }
    }
}

/// What a check found.
package struct CheckFindings: Sendable {
    package typealias AssetsDirectory = (path: String, check: DirectoryCheck)

    package enum Store: Sendable {
        /// None is set.
        case none
        case unopened(Faults)
        /// Nothing is written to a folder to find out whether it can be.
        case folder(StoreReading, isToBeWritten: Bool)
        case s3(Result<S3Findings, Faults>)
        case gcs(Result<GCSFindings, Faults>)
    }

    package enum Spec: Sendable {
        /// It asks for nothing.
        case none
        /// What is known of the store says that it is of no use to ask.
        case skipped
        case found(SpecFindings)
    }

    package let settings: Settings
    package let directory: Result<AssetsDirectory, Faults>
    package let store: Store
    package let spec: Spec
}

extension CheckFindings.Store {
    /// Whether anything can be asked of it.
    fileprivate var isToBeAsked: Bool {
        switch self {
        case .none, .folder: true
        case .unopened, .s3(.failure), .gcs(.failure): false
        case .s3(.success(let findings)): findings.reading?.isOpen ?? false
        case .gcs(.success(let findings)): findings.reading?.isOpen ?? false
        }
    }
}

extension StoreReading {
    /// False where the store did not answer, or refuses whoever asks: any other question would be answered alike.
    var isOpen: Bool {
        guard case .failure(let error) = listing else { return true }
        switch error.kind {
        case .unavailable, .unauthenticated, .credentialsUnavailable, .misconfigured, .unusableSettings: return false
        case .invalidAnswer: return error.cause != .foreignPage
        case .notFound, .permissionDenied, .changed, .invalidRange: return true
        }
    }
}
