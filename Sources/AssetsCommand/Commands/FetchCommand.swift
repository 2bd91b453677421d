internal import ArgumentParser
internal import Operations
internal import Planning
internal import Terminal

/// One asset.
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch one asset and print its path",
        discussion: """
            Store settings also come from ./assets.yaml, if it exists.

            EXAMPLE
              path=$(modelkit-assets fetch nlp/lexicon:1)
              head "$(modelkit-assets fetch 'nlp/lexicon:1[en/words.txt]')"
            """)

    @Argument(help: ArgumentHelp("Specification string: NAME[:VERSION][[PART]]", valueName: "asset"))
    var asset: String

    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Download options") var fetch: FetchOptions
    @OptionGroup(title: "Output options") var output: OutputOptions
    @OptionGroup(title: "Output options") var metrics: MetricsOptions

    @Flag(help: .forceDownload)
    var forceDownload = false

    @Flag(help: .planOnly)
    var dryRun = false

    @Option(help: .format)
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output, json: format == .json, metrics: metrics.file("fetch", asset))
        let (asset, flags) = (asset, fetch.flags(store, forceDownload: forceDownload))
        let made = dryRun ? MissingDirectory.isPlanned : .isMade
        let missing = fetch.createAssetsDir ? made : .isToBeMade
        let open: @Sendable () throws(Faults) -> Session = { () throws(Faults) in
            try shell.begin(.asset(asset), flags) { (workspace, retries) throws(Faults) in
                try Session(workspace, missingDirectory: missing, retries: retries)
            }
        }
        try await shell.exiting {
            guard !dryRun else {
                let printing = PlanPrinting(shell: shell, format: format.ofPlan, command: "fetch")
                return await printing.run(Resolving.Request(), open)
            }
            let run = await FetchRunner(shell: shell).resolve(Resolving.Request(), open)
            return report(run, shell)
        }
    }

    /// The path alone on standard output; the rest only where it is news.
    private func report(_ run: Run, _ shell: Shell) -> Int32 {
        shell.metrics?.note(run)
        if format == .json { return FetchRunner(shell: shell).report(run, .json) }
        if run.status == .done, let entry = run.plan.entries.first,
            let path = run.path(of: entry.pin, subPart: entry.entry.subPart)
        {
            shell.console.writeResult(path + "\n")
        }
        if run.status != .done || !run.plan.isFulfilled { shell.summarize(run) }
        return shell.exitStatus(run.exitStatus)
    }
}
