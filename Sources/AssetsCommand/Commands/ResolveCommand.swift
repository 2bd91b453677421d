internal import ArgumentParser
internal import Planning

/// The main job.
struct ResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Put the assets of a spec into the assets directory.",
        discussion: """
            Prints a line for each entry of the spec: its specification string and the path where its asset is.

            EXAMPLE
              modelkit-assets resolve assets.yaml
              modelkit-assets resolve --dry-run --format json assets.yaml
            """)

    @OptionGroup var spec: SpecOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var lock: LockOptions
    @OptionGroup var fetch: FetchOptions
    @OptionGroup var limit: DownloadLimit
    @OptionGroup var output: OutputOptions

    @Flag(help: "Afterwards, remove versions that the spec does not lead to, as the command prune does.")
    var prune = false

    @Flag(help: "Print the plan; fetch and write nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "text, json, or github for its annotations; with --dry-run also dot and mermaid.", valueName: "format"))
    var format = ResolveFormat.text

    func validate() throws {
        if dryRun, prune { throw ValidationError("--dry-run removes nothing: try `modelkit-assets prune --dry-run`") }
        if !dryRun, format.ofReport == nil {
            throw ValidationError("--format \(format.rawValue) is a form of plans: give --dry-run too")
        }
        if dryRun, format.ofPlan == nil {
            throw ValidationError("--format \(format.rawValue) is a form of what was done: leave --dry-run out")
        }
    }

    func run() async throws {
        let shell = Shell(output)
        var flags = store.flags
        flags.forceDownload = fetch.forceDownload
        flags.jobs = fetch.jobs
        flags.cacheDirectory = fetch.cache.cacheDir
        let made = dryRun ? MissingDirectory.isPlanned : .isMade
        let request = ResolveRequest(
            spec: spec.spec, groups: Set(spec.group), flags: flags, lock: lock.request,
            missingDirectory: fetch.createAssetsDir ? made : .isAnError, maxBytes: limit.maxBytes?.bytes, prunes: prune)
        if dryRun, let format = format.ofPlan {
            throw ExitCode(await PlanPrinting(shell: shell, format: format).run(request))
        }
        let resolving = Resolving(shell: shell)
        let (run, signal) = await Interruption.cancelling(lastWords: shell.lastWords) {
            await resolving.run(request)
        }
        throw ExitCode(resolving.report(run.interrupted(by: signal), format.ofReport ?? .text))
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

/// What a resolve, or the plan of one, is asked for.
struct ResolveRequest: Sendable {
    let spec: String
    let groups: Set<String>
    let flags: SettingFlags
    let lock: LockRequest
    let missingDirectory: MissingDirectory
    /// How much may be fetched, in bytes; nil for any amount.
    var maxBytes: Int64?
    /// Whether versions are removed that the spec does not lead to.
    var prunes = false
    /// Whether what a merge mixed in the lock is no error, because the lock is made anew.
    var mendsLock = false
}
