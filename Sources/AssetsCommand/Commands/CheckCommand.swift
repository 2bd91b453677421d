internal import ArgumentParser
internal import Operations
internal import Planning
internal import Registry
internal import Terminal
internal import Words

/// The doctor.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the settings, the assets directory and access to the store",
        discussion: """
            Prints every setting with its source, resolves the spec against the store, and reads the first byte of each of its \
            files there. Leaves nothing behind; what cannot be tested is reported as unproven.

            EXAMPLE
              modelkit-assets check assets.yaml
              modelkit-assets check --for developer
              modelkit-assets check --policy assets.yaml
              modelkit-assets check --image registry.example.com/team/assets:1
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "runtime, or developer (also tests pushing by starting and aborting an upload)",
            valueName: "role"))
    var role = CheckRole.runtime

    @Flag(help: "Print a least-privilege IAM policy for this spec and exit")
    var policy = false

    @Option(
        help: ArgumentHelp(
            "Check a registry of images instead: the credentials, and access to this image", valueName: "reference"),
        transform: ImagePushOptions.reference)
    var image: RegistryReference?

    @Flag(name: .customLong("plain-http"), help: "Use HTTP for a registry that is not on this machine")
    var isPlain = false

    @Option(name: .long, parsing: .singleValue, help: .group, completion: .groups)
    var group: [String] = []

    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        var flags = store.flags
        flags.cacheDirectory = cache.flag
        try await shell.exiting("checking") {
            let (workspace, checking) = try shell.begin(.optionalSpec(spec), flags) { (workspace, retries) in
                let request = SpecRequest(
                    spec: spec, groups: Set(group), lock: LockRequest(mode: .update), missingDirectory: .isUnneeded)
                return (workspace, Checking(workspace, request, role, retries))
            }
            if policy {
                let names = try checking.neededNames()
                guard let policy = S3Policy(for: names, workspace.settings, role) else {
                    throw Problems([.noBucketForPolicy])
                }
                shell.console.writeResult(try policy.document())
                return 0
            }
            let table = try await table(checking, workspace, shell)
            let text =
                switch format {
                case .text: CheckText(table, width: shell.resultWidth ?? 120, style: shell.options.resultStyle).text
                case .json: try JSONText.document(table)
                }
            shell.console.writeResult(text)
            return table.exitStatus
        }
    }

    private func table(_ checking: Checking, _ workspace: Workspace, _ shell: Shell) async throws(Faults) -> CheckTable
    {
        guard let image else { return CheckTable(await checking.check()) }
        let registry = RegistryChecking(workspace.settings, role, shell.retryLog())
        return CheckTable(try await registry.check(image, isPlain: isPlain))
    }
}

extension CheckRole: ExpressibleByArgument {}
