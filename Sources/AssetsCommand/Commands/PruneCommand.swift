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
            let room = FreedRoom(outcome.freedBytes, linked: outcome.linkedBytes)
            let versions = Units.count(removed.count, "version")
            shell.remark(
                removed.isEmpty
                    ? "nothing to remove"
                    : dryRun ? "would remove \(versions), \(room)" : "removed \(versions), \(room.freed)")
            return 0
        }
    }
}

/// How much room removing versions makes.
struct FreedRoom: CustomStringConvertible {
    private let bytes: Int64
    private let linked: Int64

    /// - Parameter linked: of what is removed, what other links keep, in bytes.
    init(_ bytes: Int64, linked: Int64) {
        self.bytes = bytes
        self.linked = linked
    }

    /// `1.8 kB`
    var description: String { "\(Units.bytes(bytes))\(rest)" }
    /// `0 B freed; the cache or another directory still has 1.8 kB`
    var freed: String { "\(Units.bytes(bytes)) freed\(rest)" }

    private var rest: String { linked > 0 ? "; the cache or another directory still has \(Units.bytes(linked))" : "" }
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
