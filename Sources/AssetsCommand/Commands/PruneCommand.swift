internal import ArgumentParser
internal import AssetModel
internal import Operations
internal import Terminal
internal import Words

/// Removes versions that the lock does not name.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove versions from the assets directory that the lockfile does not name",
        discussion: """
            Prints each version it removes. Versions in use, and files that neither this program nor Python modelkit put \
            there, are kept.

            EXAMPLE
              modelkit-assets prune --dry-run
              modelkit-assets prune assets.yaml
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @Flag(help: .removesNothing)
    var dryRun = false

    @Option(help: .assetsDir, completion: .directory)
    var assetsDir: String?

    @Option(help: .versioning, completion: .versioning)
    var versioning: String?

    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        var flags = SettingFlags()
        flags.assetsDirectory = .flag("--assets-dir", assetsDir)
        flags.versioning = .flag("--versioning", versioning)
        try await shell.exiting("pruning") {
            let (lock, pruning) = try shell.begin(.spec(spec), flags) { (workspace, _) throws(Faults) in
                let system = workspace.settings.versioning.value
                return (
                    try SpecLock.read(besides: spec, LockRequest(mode: .frozen), in: system),
                    try Pruning(workspace.settings)
                )
            }
            let outcome = try await pruning.prune(to: lock, isDry: dryRun)
            let removed = outcome.removed.map(\.description)
            let text = removed.map { $0.escapedForTerminal + "\n" }.joined()
            shell.console.writeResult(
                format == .json
                    ? try JSONText.document(
                        PruneDocument(removed: removed, freedBytes: outcome.freedBytes, isDryRun: dryRun)) : text)
            shell.warn(outcome.warnings.sentences)
            if let replaced = try pruning.replacedFolder() {
                shell.warn([
                    "`\(replaced)` holds unrelated content moved out of the way of assets: remove what is not needed"
                ])
            }
            let freed = "\(Units.count(removed.count, "version")), \(Units.bytes(outcome.freedBytes))"
            shell.remark(
                removed.isEmpty
                    ? "nothing to remove" : dryRun ? "would remove \(freed)" : "removed \(freed) freed")
            return 0
        }
    }
}

struct PruneDocument: Encodable, Sendable {
    var format = "modelkit-assets/prune"
    var version = 1
    /// Or what would be.
    let removed: [String]
    /// What no other link keeps.
    let freedBytes: Int64
    let isDryRun: Bool
}
