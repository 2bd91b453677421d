internal import AssetModel
internal import ArgumentParser
internal import Execution
internal import FileSystem
internal import Planning

/// Executes a saved plan.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Do what a saved plan says, if the world still is as it assumes.",
        discussion: """
            The plan is one that `plan --output` wrote. Where an object or what stands in the assets directory has changed since \
            then, nothing is done, and what changed is said. One that was interrupted is gone on with when it is applied again.

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
            let (session, unsealed, underWay) = try open(flags, shell)
            let changes = try await PlanSealing(session: session).changes(
                since: unsealed.sealed, unsealed.plan, isUnderWay: isUnderWay(underWay))
            guard changes.isEmpty else { throw Problems([outdated(changes)]) }
            if !unsealed.plan.isFulfilled { try note(underWay) }
            let resolving = Resolving(shell: shell)
            let (run, signal) = await Interruption.cancelling(lastWords: shell.lastWords) {
                await resolving.execute(unsealed.plan, in: session)
            }
            let status = resolving.report(run.interrupted(by: signal), format == .json ? .json : .text)
            if status == 0 { forgetPlan(unsealed.plan, in: session) }
            return status
        }
    }

    // MARK: The note

    private func isUnderWay(_ plan: PlanUnderWay?) throws(Problems) -> Bool {
        do throws(FileError) {
            return try plan?.isNoted() ?? false
        } catch {
            throw Problems([Problem(error)])
        }
    }

    private func note(_ plan: PlanUnderWay?) throws(Problems) {
        do throws(FileError) {
            try plan?.note()
        } catch {
            throw Problems([Problem(error)])
        }
    }

    private func forgetPlan(_ plan: Plan, in session: Session) {
        guard let directory = session.directory else { return }
        do throws(FileError) {
            try PlanUnderWay.forget(in: directory)
            try Housekeeping(directory: directory, fixedTime: session.settings.sourceDate?.value).tidy(plan)
        } catch {
            // What was asked for is done: the next run tidies what cannot be tidied now.
        }
    }

    // MARK: The plan

    private func open(
        _ flags: SettingFlags, _ shell: Shell
    ) throws(Problems) -> (Session, UnsealedPlan, PlanUnderWay?) {
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
        let lock = try SpecLock.read(at: unsealed.sealed.lock, in: settings.versioning.value)
        let session = try Session(
            settings: settings, manifest: manifest, lock: lock,
            missingDirectory: fetch.createAssetsDir ? .isMade : .isAnError, retries: shell.retryLog())
        return (session, unsealed, session.directory.map { PlanUnderWay(bytes, in: $0) })
    }

    private func outdated(_ changes: [String]) -> Problem {
        Problem(
            code: "plan-outdated", message: "the plan `\(plan)` was made for another world, and nothing is done",
            details: Array(changes.prefix(20)) + (changes.count > 20 ? ["and \(changes.count - 20) more"] : []),
            hint: "look at what changed, and plan again", exitStatus: 3)
    }
}
