internal import ArgumentParser
internal import Execution
internal import Planning

/// Writes the lock without fetching.
struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Write the lock of a spec, and fetch nothing.",
        discussion: """
            The lock stands beside the spec: assets.yaml gives assets.lock. It pins the version of every asset, and what its \
            files must be. What the lock has stays while it meets what is asked.

            EXAMPLE
              modelkit-assets lock
              modelkit-assets lock --upgrade-asset nlp/tokenizer
              modelkit-assets lock --check
            """)

    @Argument(help: ArgumentHelp("The spec file.", valueName: "spec"))
    var spec = SpecOptions.defaultFile

    @Flag(help: "Write nothing; fail (status 7) where the lock would change.")
    var check = false

    @OptionGroup var upgrading: UpgradeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if check, upgrading.isUpgrading {
            throw ValidationError("--check writes nothing, and --upgrade would change the lock")
        }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await lock(shell)
            return 0
        }
    }

    private func lock(_ shell: Shell) async throws(Problems) {
        let request = ResolveRequest(
            spec: spec, groups: [], flags: store.flags, lock: LockRequest(mode: .update, upgrade: upgrading),
            missingDirectory: .isUnneeded, mendsLock: !check)
        let session = try Session(request, shell)
        if shell.options.isVerbose { shell.remark(SettingsText.lines(session)) }
        let resolved = try await Planner(session: session, groups: []).resolve().get()
        shell.warn(resolved.all.warnings)
        let built = await LockBuilding(session: session)
            .lock(resolved, Plan(steps: [], entries: []), Report(results: [], seconds: 0))
        guard let lock = built.lock, built.problems.isEmpty else {
            throw Problems(built.problems + built.unknown)
        }
        shell.warn(built.warnings)
        let path = session.lock.path ?? SpecLock.path(besides: spec)
        let old = session.lock.lock
        if session.lock.exists, lock.assets == old.assets, old.hasDigests || check {
            shell.remark("\(path) is up to date: \(Units.count(lock.assets.count, "asset"))")
            if !old.hasDigests {
                shell.remark("`modelkit-assets lock` would add digests, by which a wrong merge is noticed")
            }
            return
        }
        shell.warn(
            old.mixed.map { "the entry of `\($0)` was mixed by a merge: what it consists of is taken from the store" })
        let changes = LockChanges(from: session.lock.lock, to: resolved)
        if check { throw Problems([changes.problem(path, spec: spec)]) }
        try session.lock.write(lock)
        for line in changes.lines { shell.remark(line) }
        shell.remark("wrote \(path): \(Units.count(lock.assets.count, "asset"))")
    }
}
