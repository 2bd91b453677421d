internal import ArgumentParser
internal import Operations
internal import Planning
internal import Terminal

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
            throw ValidationError("--check cannot be combined with --upgrade")
        }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await lock(shell)
            return 0
        }
    }

    private func lock(_ shell: Shell) async throws {
        let request = SpecRequest(
            spec: spec, lock: LockRequest(mode: .update, upgrade: upgrading.names), missingDirectory: .isUnneeded,
            mendsLock: !check)
        let session = try shell.session(request, store.flags)
        let proposal = try await Locking(session, shell).propose()
        let (old, path) = (proposal.old, proposal.old.path ?? SpecLock.path(besides: spec))
        if old.exists, proposal.new.assets == old.lock.assets, old.lock.hasDigests || check {
            return tell(isUpToDate: old.lock, path, shell)
        }
        shell.warn(
            old.lock.mixed.map {
                "the lockfile entry of `\($0)` was garbled by a merge; its files were read from the store again"
            })
        if check { throw Faults(.lock(.outdated(proposal.changes, path: path, spec: spec))) }
        try proposal.write()
        for line in proposal.changes.lines { shell.remark(line) }
        shell.remark("wrote \(path): \(Units.count(proposal.new.assets.count, "asset"))")
    }

    private func tell(isUpToDate lock: Lock, _ path: String, _ shell: Shell) {
        shell.remark("\(path) is up to date: \(Units.count(lock.assets.count, "asset"))")
        if !lock.hasDigests {
            shell.remark("run `modelkit-assets lock` to add digests, which detect faulty merges")
        }
    }
}
