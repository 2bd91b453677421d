internal import ArgumentParser
internal import Operations

/// Executes a saved plan.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Apply a saved plan; fails if the store or directory changed since",
        discussion: """
            Takes a plan that `modelkit-assets plan --output` saved. If an object or the assets directory changed since, it \
            lists the changes and does nothing. Apply an interrupted plan again to resume it.

            EXAMPLE
              modelkit-assets plan --output plan.json assets.yaml
              modelkit-assets apply plan.json
            """)

    @Argument(help: ArgumentHelp("Saved plan", valueName: "plan"), completion: .file(extensions: ["json"]))
    var plan: String

    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Download options") var fetch: FetchOptions
    @OptionGroup(title: "Output options") var output: OutputOptions
    @OptionGroup(title: "Output options") var metrics: MetricsOptions

    @Flag(help: "Compare the plan with the store and the directory, print it, and write nothing")
    var dryRun = false

    @Option(help: .format)
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output, json: format == .json, metrics: metrics.file("apply", plan))
        try await shell.exiting("checking the plan") {
            let applying = try opened(shell)
            try await applying.compare()
            guard !dryRun else {
                let printing = PlanPrinting(shell: shell, format: format.ofPlan, command: "apply")
                return await printing.run(applying.plan, applying.session)
            }
            try applying.begin()
            let runner = FetchRunner(shell: shell)
            let status = runner.report(await runner.apply(applying), format == .json ? .json : .text)
            if status == 0 { applying.finish() }
            return status
        }
    }

    private func opened(_ shell: Shell) throws(Faults) -> Applying {
        let saved = try SavedPlan(at: plan)
        var flags = store.flags
        fetch.apply(to: &flags)
        let made = dryRun ? MissingDirectory.isPlanned : .isMade
        return try shell.begin(.defaultSpec, flags) { (workspace, retries) throws(Faults) in
            try Applying(
                saved, workspace, missingDirectory: fetch.createAssetsDir ? made : .isToBeMade, retries: retries, shell)
        }
    }
}
