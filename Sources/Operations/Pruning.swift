package import AssetModel
internal import Catalog
internal import Execution
package import FileSystem
internal import Planning

/// Removes versions from the assets directory that are not to be kept.
package struct Pruning: Sendable {
    private let directory: Directory
    private let settings: Settings

    package struct Outcome: Sendable {
        package var removed: [AssetPin] = []
        /// What no other link keeps, in bytes.
        package var freedBytes: Int64 = 0
        /// What other links keep, in bytes.
        package var linkedBytes: Int64 = 0
        package var warnings: [OperationWarning] = []
    }

    /// Of the assets directory that the settings name.
    package init(_ settings: Settings) throws(Faults) {
        guard let directory = try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: .isAnError) else {
            throw Faults(.directory(.notSet(canBeMade: false)))
        }
        self.init(directory: directory, settings: settings)
    }

    init(directory: Directory, settings: Settings) {
        self.directory = directory
        self.settings = settings
    }

    /// Removes what a lock does not name, and what runs left that did not come to their end.
    ///
    /// - Parameter isDry: whether it is only found out.
    package func prune(to lock: SpecLock, isDry: Bool) async throws(Faults) -> Outcome {
        let pins = lock.lock.assets.map(\.pin)
        let outcome = try await prune(keeping: Set(pins), isDry: isDry)
        if !isDry {
            // What was asked for is done: the next run tidies what cannot be tidied now.
            try? Housekeeping(directory: directory, fixedTime: settings.sourceDate?.value)
                .tidy(Plan(keeping: pins), abandoned: true)
        }
        return outcome
    }

    /// The folder of what stood in the place of assets; nil where there is none.
    package func replacedFolder() throws(FileError) -> String? {
        try directory.directoryIfPresent(ToolLayout.replacedFolder)?.path
    }

    /// - Parameter isDry: whether it is only found out.
    func prune(keeping kept: Set<AssetPin>, isDry: Bool) async throws(Faults) -> Outcome {
        var outcome = Outcome()
        do throws(FileError) {
            let pins = try await DiskQueue.shared.run { () throws(FileError) in
                try LocalCatalog(directory: directory).pins(in: settings.versioning.value)
            }
            for pin in pins where !kept.contains(pin) {
                let size = try await DiskQueue.shared.run { () throws(FileError) in
                    try InstalledSize(of: pin, in: directory)
                }
                switch isDry ? .removed : try await Pruner(directory: directory).remove(pin) {
                case .removed:
                    outcome.removed.append(pin)
                    outcome.freedBytes = ByteSum.adding(outcome.freedBytes, size.bytes)
                    outcome.linkedBytes = ByteSum.adding(outcome.linkedBytes, size.linkedBytes)
                case .inUse: outcome.warnings.append(.inUse(pin))
                case .holds(let inner): outcome.warnings.append(.holds(pin, inner: inner))
                }
            }
        } catch {
            throw Faults(.file(error))
        }
        return outcome
    }
}

extension Plan {
    /// Everything is there.
    init(keeping pins: [AssetPin]) {
        self.init(steps: pins.map { Step(pin: $0, action: .keep, content: nil) }, entries: [])
    }
}
