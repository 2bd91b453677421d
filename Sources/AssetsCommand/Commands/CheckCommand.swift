internal import ArgumentParser
internal import Operations
internal import Planning
internal import Terminal

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
        flags.cacheDirectory = cache.flag
        try await shell.exiting {
            let (workspace, checking) = try shell.begin(.optionalSpec(spec), flags) { (workspace, retries) in
                (workspace, Checking(workspace, role, retries))
            }
            if policy {
                let names = workspace.manifest.entries.map(\.name)
                shell.console.writeResult(try S3Policy(for: names, workspace.settings, role).document())
                return 0
            }
            let table = CheckTable(await checking.check())
            let text =
                switch format {
                case .text: CheckText(table, width: shell.resultWidth ?? 120, style: shell.options.resultStyle).text
                case .json: try JSONText.document(table)
                }
            shell.console.writeResult(text)
            return table.exitStatus
        }
    }
}

extension CheckRole: ExpressibleByArgument {}
