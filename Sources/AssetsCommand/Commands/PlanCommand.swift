internal import ArgumentParser
internal import Operations

/// The plan alone.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Print what resolve would do.",
        discussion: """
            EXAMPLE
              modelkit-assets plan assets.yaml
              modelkit-assets plan --output plan.json && modelkit-assets apply plan.json
              modelkit-assets plan --format dot assets.yaml | dot -Tsvg > plan.svg
            """)

    @OptionGroup var spec: SpecOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var lock: LockOptions
    @OptionGroup var limit: DownloadLimit
    @OptionGroup var output: OutputOptions

    @Flag(help: "Plan to fetch again what is present. Also MODELKIT_STORAGE_FORCE_DOWNLOAD.")
    var forceDownload = false

    @Flag(help: "Plan for an assets directory that does not exist yet.")
    var createAssetsDir = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Save the plan for `apply`, too.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("text, json, dot or mermaid.", valueName: "format"))
    var format = PlanFormat.text

    func run() async throws {
        var flags = store.flags
        flags.forceDownload = .flag("--force-download", forceDownload ? true : nil)
        let request = SpecRequest(
            spec: spec.spec, groups: Set(spec.group), lock: lock.request,
            missingDirectory: createAssetsDir ? .isPlanned : .isAnError)
        let printing = PlanPrinting(
            shell: Shell(output), format: format, maxBytes: limit.maxBytes?.bytes, file: file)
        throw ExitCode(await printing.run(request, flags))
    }
}
