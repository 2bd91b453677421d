internal import ArgumentParser
internal import Execution
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// Local files against the lock.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the assets directory with the lockfile",
        discussion: """
            Reads every file and reports missing, modified and extra ones, with status 6. Only --repair contacts the store; \
            it keeps intact files.

            EXAMPLE
              modelkit-assets verify assets.yaml
              modelkit-assets verify --repair
              modelkit-assets verify --repair --dry-run
              modelkit-assets verify --as-modelkit
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @Option(
        name: .long, parsing: .singleValue,
        help: .group, completion: .groups)
    var group: [String] = []

    @Flag(
        help: "Download what is missing or modified; move files that are not the asset's to .modelkit-assets/replaced")
    var repair = false

    @Flag(help: "With --repair: print what would be downloaded, and write nothing")
    var dryRun = false

    @Flag(help: "Print what Python modelkit without a provider finds for each specification string")
    var asModelkit = false

    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Download options") var transfer: TransferOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func validate() throws {
        if repair, asModelkit { throw ValidationError("--as-modelkit cannot be combined with --repair") }
        if dryRun, !repair { throw ValidationError("--dry-run requires --repair") }
    }

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        try await shell.exiting("verifying") {
            var flags = store.flags
            transfer.apply(to: &flags)
            let request = SpecRequest(
                spec: spec, lock: LockRequest(mode: .locked), missingDirectory: .isAnError)
            let session = try shell.session(request, flags)
            guard let directory = session.directory else { return 9 }
            let resolved = try await Planner(session: session, groups: Set(group)).resolve().get()
            if asModelkit { return try rehearse(resolved, session, shell) }
            let verifying = Verifying(session: session, directory: directory)
            let results = try await verifying.verify(resolved.wanted)
            guard repair, results.contains(where: { !$0.result.faults.isEmpty }) else {
                return try report(results, shell)
            }
            shell.warn(results.flatMap(\.sentences))
            var wanted = Resolving.Request(groups: Set(group))
            wanted.damaged = verifying.damaged(results)
            return await mend(wanted, results, session, shell)
        }
    }

    private func mend(
        _ wanted: Resolving.Request, _ results: [VerifiedAsset], _ session: Session, _ shell: Shell
    ) async -> Int32 {
        if dryRun {
            let printing = PlanPrinting(
                shell: shell, format: format.ofPlan, command: "verify --repair", verified: results)
            return await printing.run(wanted) { () throws(Faults) in session }
        }
        let runner = FetchRunner(shell: shell)
        let run = await runner.resolve(wanted) { () throws(Faults) in session }
        return runner.report(run, format == .json ? .json : .text)
    }

    private func report(_ results: [VerifiedAsset], _ shell: Shell) throws -> Int32 {
        let wrong = results.filter { !$0.result.faults.isEmpty }
        if format == .json {
            shell.console.writeResult(try JSONText.document(VerifyDocument(results)))
        } else {
            shell.console.writeResult(results.flatMap(\.lines).map { $0.escapedForTerminal + "\n" }.joined())
        }
        let lock = SpecLock.path(besides: spec)
        let unproven = results.reduce(0) { $0 + $1.result.unproven }
        if unproven > 0 { shell.warn([unpinned(unproven, lock)]) }
        guard wrong.isEmpty else {
            throw Problems([.notVerified(wrong.count, of: results.count, spec: spec, lock: lock)])
        }
        let proven = results.count { $0.result.unproven == 0 }
        let files = results.reduce(0) { $0 + $1.result.verified }
        let of = proven < results.count ? "\(proven) of " : ""
        shell.remark("\(of)\(Units.count(results.count, "asset")) verified (\(Units.count(files, "file")))")
        return 0
    }

    // MARK: As modelkit

    private func rehearse(_ resolved: Resolved, _ session: Session, _ shell: Shell) throws -> Int32 {
        let rehearsals = try ModelkitRehearsal(session: session).rehearse(resolved.wanted)
        if format == .json {
            shell.console.writeResult(try JSONText.document(RehearsalDocument(rehearsals)))
        } else {
            shell.console.writeResult(rehearsals.map(\.sentence).map { $0.escapedForTerminal + "\n" }.joined())
        }
        let wrong = rehearsals.filter { !$0.isAsLocked }
        guard wrong.isEmpty else {
            throw Problems([.notFoundByModelkit(wrong.count, of: rehearsals.count)])
        }
        return 0
    }
}
