internal import AssetModel
internal import ArgumentParser
internal import Catalog
internal import Execution
internal import FileSystem
internal import Planning

/// Removes versions that the lock does not name.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove versions from the assets directory that the lock does not name.",
        discussion: """
            Only what this program or Python modelkit put there whole is removed, and only under its lock. Each removed version is \
            printed.

            EXAMPLE
              modelkit-assets prune --dry-run
              modelkit-assets prune assets.yaml
            """)

    @Argument(help: ArgumentHelp("The spec file, beside which the lock stands.", valueName: "spec"))
    var spec = SpecOptions.defaultFile

    @Flag(help: "Print what would be removed, and remove nothing.")
    var dryRun = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            let (_, settings) = try SpecReading.read(spec, flags: store.flags, environment: shell.environment)
            let lock = try SpecLock.read(
                besides: spec, LockRequest(mode: .frozen, upgrade: .nothing), in: settings.versioning.value)
            guard let directory = try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: .isAnError)
            else { return 0 }
            let pruning = Pruning(directory: directory, system: settings.versioning.value)
            let outcome = try await pruning.prune(keeping: Set(lock.lock.assets.map(\.pin)), isDry: dryRun)
            if !dryRun {
                let kept = Plan(keeping: lock.lock.assets.map(\.pin))
                // What was asked for is done: the next run tidies what cannot be tidied now.
                try? Housekeeping(directory: directory, fixedTime: settings.sourceDate?.value)
                    .tidy(kept, abandoned: true)
            }
            let removed = outcome.removed.map(\.description)
            let text = removed.map { $0.escapedForTerminal + "\n" }.joined()
            shell.console.writeResult(
                format == .json ? try JSONText.document(PruneDocument(removed: removed, isDryRun: dryRun)) : text)
            shell.warn(outcome.warnings)
            if let replaced = try directory.directoryIfPresent(ToolLayout.replacedFolder) {
                shell.warn([
                    "`\(replaced.path)` keeps what stood in the place of assets: remove what you do not need"
                ])
            }
            if removed.isEmpty { shell.remark("nothing to remove") }
            return 0
        }
    }
}

struct PruneDocument: Codable, Sendable {
    var format = "modelkit-assets/prune"
    var version = 1
    /// Or what would be.
    let removed: [String]
    let isDryRun: Bool
}

/// Removes what is not to be kept.
struct Pruning: Sendable {
    let directory: Directory
    let system: VersioningSystem

    struct Outcome: Sendable {
        var removed: [AssetPin] = []
        var warnings: [String] = []
    }

    /// - Parameter isDry: whether it is only found out.
    func prune(keeping kept: Set<AssetPin>, isDry: Bool) async throws(Problems) -> Outcome {
        var outcome = Outcome()
        do throws(FileError) {
            let pins = try await DiskQueue.shared.run { () throws(FileError) in
                try LocalCatalog(directory: directory).pins(in: system)
            }
            for pin in pins where !kept.contains(pin) {
                let outcomeOfPin = isDry ? .removed : try await Pruner(directory: directory).remove(pin)
                switch outcomeOfPin {
                case .removed: outcome.removed.append(pin)
                case .inUse:
                    outcome.warnings.append("`\(pin)` is not removed: another process holds its lock")
                case .holds(let inner):
                    outcome.warnings.append("`\(pin)` is not removed: `\(inner)` is in its folder")
                }
            }
        } catch {
            throw Problems([Problem(error)])
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
