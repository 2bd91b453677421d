internal import ArgumentParser
internal import Operations

/// The plan alone.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print what resolve would do",
        discussion: """
            EXAMPLE
              modelkit-assets plan assets.yaml
              modelkit-assets plan --output plan.json && modelkit-assets apply plan.json
              modelkit-assets plan --format dot assets.yaml | dot -Tsvg > plan.svg
            """)

    @OptionGroup var spec: SpecOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Lockfile options") var lock: LockOptions
    @OptionGroup var limit: DownloadLimit
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Flag(help: .forceDownload)
    var forceDownload = false

    @Flag(help: "Plan for an assets directory that does not exist yet")
    var createAssetsDir = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Also save the plan, for `modelkit-assets apply`", valueName: "file"), completion: .file())
    var file: String?

    @Option(help: .format)
    var format = PlanFormat.text

    func run() async throws {
        var flags = store.flags
        flags.forceDownload = .flag("--force-download", forceDownload ? true : nil)
        let request = SpecRequest(
            spec: spec.spec, groups: Set(spec.group), lock: lock.request,
            missingDirectory: createAssetsDir ? .isPlanned : .isToBeMade)
        let shell = Shell(output, json: format == .json)
        let printing = PlanPrinting(shell: shell, format: format, maxBytes: limit.maxBytes?.bytes, file: file)
        try await shell.exiting {
            await printing.run(Resolving.Request(groups: request.groups)) { () throws(Faults) in
                try shell.session(request, flags)
            }
        }
    }
}
