package import AssetModel
package import Catalog
package import Execution
package import FileSystem
package import ObjectStore
package import Planning
package import StoreTransport

/// Everything that keeps an operation from doing what it is asked for; never empty where it is thrown.
package struct Faults: Error, Sendable {
    package let list: [Fault]

    package init(_ list: [Fault]) { self.list = list }

    package init(_ fault: Fault) { list = [fault] }
}

/// What keeps an operation from going on, as data; `Words` makes sentences of it.
///
/// Indirect, so that a fault is one pointer to whoever passes it on.
package indirect enum Fault: Sendable {
    /// A mistake in the spec file or in a lock.
    case diagnostic(Diagnostic)
    case setting(SettingFault)
    case configuration(ConfigurationFault)
    case spec(SpecFileFault)
    case directory(DirectoryFault)
    case opening(StoreOpeningFault)
    case cache(CacheOpeningFault)
    case lock(LockFault)
    case planning(PlanningFailures)
    case tooLarge(DownloadExcess)
    /// The plan does not fit into the free space.
    case noSpace(SpaceCheck.Shortfall)
    case asset(AssetFault)
    case plan(PlanFault)
    case edit(EditFault)
    case push(PushFault)
    case image(ImagingFault)
    case store(StoreError)
    /// Of a registry of images.
    case registry(StoreError)
    case file(FileError)
    case catalog(CatalogError)
    case unexpected(any Error)

    /// Whatever a store, a directory or a fact about them can fail with.
    package init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = .store(error)
        case let error as FileError: self = .file(error)
        case let error as CatalogError: self = .catalog(error)
        case let error as NoMetadata: self.init(error.cause)
        case let error as NotLocked: self = .lock(.notLocked(error.name))
        default: self = .unexpected(error)
        }
    }
}

/// A plan that has more to fetch than is allowed.
package struct DownloadExcess: Error, Sendable {
    /// Of everything that is to be fetched.
    package let bytes: Int64
    package let limit: Int64
    /// What is fetched of each asset, the largest first.
    package let assets: [(pin: AssetPin, bytes: Int64)]

    init(_ plan: Plan, over limit: Int64) {
        bytes = PlanTotals(plan).bytes
        self.limit = limit
        assets = plan.steps.map { ($0.pin, PlanTotals($0).bytes) }.sorted { $0.bytes > $1.bytes }
    }
}

/// An asset or a version that was asked for by name, and cannot be had.
package enum AssetFault: Error, Sendable {
    /// The text is no specification string.
    case specification(AssetSpecificationFault, text: String, VersioningSystem)
    case unknown(AssetName, store: String, nearest: String?)
    /// The asset has these versions, and none meets the requirement.
    case noVersion(AssetSpecification, known: [AssetVersion])
}

extension AssetSpecification {
    /// A specification string that was typed.
    package init(typed text: String, in system: VersioningSystem) throws(Faults) {
        do throws(AssetSpecificationFault) {
            self = try AssetSpecification(parsing: text, in: system)
        } catch {
            throw Faults(.asset(.specification(error, text: text, system)))
        }
    }
}
