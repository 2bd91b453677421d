internal import ArgumentParser
internal import Operations
internal import Planning
internal import Terminal

/// One asset.
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch one asset and print its path.",
        discussion: """
            EXAMPLE
              path=$(modelkit-assets fetch nlp/lexicon:1)
              head "$(modelkit-assets fetch 'nlp/lexicon:1[en/words.txt]')"
            """)

    @Argument(help: ArgumentHelp("A specification string: name[:version][[sub/part]].", valueName: "asset"))
    var asset: String

    @OptionGroup var store: StoreOptions
    @OptionGroup var fetch: FetchOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output)
        let running = Running(shell: shell)
        let (asset, flags) = (asset, fetch.flags(store))
        let missing: MissingDirectory = fetch.createAssetsDir ? .isMade : .isAnError
        let run = await running.resolve(Resolving.Request()) { () throws(Faults) in
            try shell.begin(.asset(asset), flags) { (workspace, retries) throws(Faults) in
                try Session(workspace, missingDirectory: missing, retries: retries)
            }
        }
        throw ExitCode(report(run, shell))
    }

    /// The path alone on standard output; the rest only where it is news.
    private func report(_ run: Run, _ shell: Shell) -> Int32 {
        if format == .json { return Running(shell: shell).report(run, .json) }
        if run.status == .done, let entry = run.plan.entries.first,
            let path = run.path(of: entry.pin, subPart: entry.entry.subPart)
        {
            shell.console.writeResult(path + "\n")
        }
        if run.status != .done || !run.plan.isFulfilled { shell.summarize(run) }
        return shell.exitStatus(run.exitStatus)
    }
}
