internal import AssetModel
internal import ArgumentParser
internal import FileSystem
internal import Planning

/// Executes a saved plan.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Do what a saved plan says, if the world still is as it assumes.",
        discussion: """
            The plan is one that `plan --output` wrote. Where an object or what stands in the assets directory has changed since \
            then, nothing is done, and what changed is said.

            EXAMPLE
              modelkit-assets plan --output plan.json assets.yaml
              modelkit-assets apply plan.json
            """)

    @Argument(help: ArgumentHelp("The saved plan.", valueName: "plan"))
    var plan: String

    @OptionGroup var store: StoreOptions
    @OptionGroup var fetch: FetchOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            var flags = store.flags
            flags.jobs = fetch.jobs
            let (session, unsealed) = try open(flags, shell)
            let changes = try await PlanSealing(session: session).changes(since: unsealed.sealed, unsealed.plan)
            guard changes.isEmpty else { throw Problems([outdated(changes)]) }
            let resolving = Resolving(shell: shell)
            let (run, signal) = await Interruption.cancelling(lastWords: shell.lastWords) {
                await resolving.execute(unsealed.plan, in: session)
            }
            return resolving.report(run.interrupted(by: signal), format == .json ? .json : .text)
        }
    }

    private func open(_ flags: SettingFlags, _ shell: Shell) throws(Problems) -> (Session, UnsealedPlan) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try File.openForReading(plan).readToEnd(limit: 1 << 30)
        } catch {
            throw Problems([
                Problem(code: "plan-file", message: "cannot read the plan `\(plan)`: \(error.reason)", exitStatus: 3)
            ])
        }
        let unsealed = try UnsealedPlan(SealedPlan.read(bytes, file: plan), file: plan)
        // The default spec file may say where the store is; one that is not there is no matter.
        let (manifest, settings) = try SpecReading.read(
            SpecOptions.defaultFile, flags: flags, environment: shell.environment, isOptional: true)
        let session = try Session(
            settings: settings, manifest: manifest, missingDirectory: fetch.createAssetsDir ? .isMade : .isAnError)
        return (session, unsealed)
    }

    private func outdated(_ changes: [String]) -> Problem {
        Problem(
            code: "plan-outdated", message: "the plan `\(plan)` was made for another world, and nothing is done",
            details: Array(changes.prefix(20)) + (changes.count > 20 ? ["and \(changes.count - 20) more"] : []),
            hint: "look at what changed, and plan again", exitStatus: 3)
    }
}
