internal import ArgumentParser
internal import Planning

/// The doctor.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the settings, the assets directory and the store.",
        discussion: """
            Leaves nothing behind. What can be neither shown to work nor to fail is called unproven.

            EXAMPLE
              modelkit-assets check assets.yaml
              modelkit-assets check --for developer
              modelkit-assets check --policy assets.yaml
            """)

    @Argument(help: ArgumentHelp("The spec file, if there is one; - for standard input.", valueName: "spec"))
    var spec = SpecOptions.defaultFile

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "What must work: runtime (fetching) or developer (pushing too; an upload is begun and given up).",
            valueName: "role"))
    var role = CheckRole.runtime

    @Flag(help: "Print the least policy for S3 that the spec needs, and check nothing.")
    var policy = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output)
        var flags = store.flags
        flags.cacheDirectory = cache.cacheDir
        do {
            let (manifest, settings) = try SpecReading.read(
                spec, flags: flags, environment: shell.environment, isOptional: true)
            if policy {
                return shell.console.writeResult(
                    try S3Policy(for: manifest.entries.map(\.name), settings, role).document())
            }
            let table = await Checking(settings: settings, manifest: manifest, role: role, retries: shell.retryLog())
                .table()
            let text =
                switch format {
                case .text: CheckText(table, width: shell.resultWidth ?? 120, style: shell.options.resultStyle).text
                case .json: try JSONText.document(table)
                }
            shell.console.writeResult(text)
            throw ExitCode(shell.exitStatus(table.exitStatus))
        } catch let problems as Problems {
            shell.complain(problems.list)
            throw ExitCode(problems.exitStatus)
        }
    }
}

/// What a check is made for.
enum CheckRole: String, CaseIterable, ExpressibleByArgument {
    case runtime, developer
}
