internal import ArgumentParser
internal import Operations

/// The main job.
struct ResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Download the assets of a spec into the assets directory",
        discussion: """
            Prints one line for each entry of the spec: its specification string and the path of the asset.

            EXAMPLE
              modelkit-assets resolve assets.yaml
              modelkit-assets resolve --dry-run --format json assets.yaml
            """)

    @OptionGroup var spec: SpecOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Lockfile options") var lock: LockOptions
    @OptionGroup(title: "Download options") var fetch: FetchOptions
    @OptionGroup(title: "Download options") var limit: DownloadLimit
    @OptionGroup(title: "Output options") var output: OutputOptions
    @OptionGroup(title: "Output options") var metrics: MetricsOptions

    @Flag(help: .forceDownload)
    var forceDownload = false

    @Flag(help: "Then remove versions that the spec does not need, as `modelkit-assets prune` does")
    var prune = false

    @Flag(help: .planOnly)
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Output format; dot and mermaid with --dry-run only", valueName: "format"))
    var format = ResolveFormat.text

    func validate() throws {
        if dryRun, prune {
            throw ValidationError("--dry-run cannot be combined with --prune; try `modelkit-assets prune --dry-run`")
        }
        if !dryRun, format.ofReport == nil {
            throw ValidationError("--format \(format.rawValue) requires --dry-run")
        }
        if dryRun, format.ofPlan == nil {
            throw ValidationError("--format \(format.rawValue) cannot be combined with --dry-run")
        }
    }

    func run() async throws {
        let shell = Shell(output, json: format == .json, metrics: metrics.file("resolve", spec.spec))
        let flags = fetch.flags(store, forceDownload: forceDownload)
        let made = dryRun ? MissingDirectory.isPlanned : .isMade
        let request = SpecRequest(
            spec: spec.spec, groups: Set(spec.group), lock: lock.request,
            missingDirectory: fetch.createAssetsDir ? made : .isToBeMade)
        if dryRun, let format = format.ofPlan {
            let printing = PlanPrinting(shell: shell, format: format, maxBytes: limit.maxBytes?.bytes)
            try await shell.exiting {
                await printing.run(Resolving.Request(groups: request.groups)) { () throws(Faults) in
                    try shell.session(request, flags)
                }
            }
        }
        let runner = FetchRunner(shell: shell)
        var wanted = Resolving.Request(groups: request.groups)
        wanted.maxBytes = limit.maxBytes?.bytes
        wanted.prunes = prune
        try await shell.exiting { [wanted] in
            let run = await runner.resolve(wanted) { () throws(Faults) in try shell.session(request, flags) }
            return runner.report(run, format.ofReport ?? .text)
        }
    }
}

/// The form of what a resolve prints.
enum ResolveFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, github, dot, mermaid

    /// Nil for those of a report.
    var ofPlan: PlanFormat? { PlanFormat(rawValue: rawValue) }
    /// Nil for those of a plan.
    var ofReport: ReportFormat? { ReportFormat(rawValue: rawValue) }
}

/// The form of what was done.
enum ReportFormat: String, Sendable {
    case text, json
    /// Text, with annotations for GitHub's runner.
    case github
}
