internal import ArgumentParser
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// Writes the lock without fetching.
struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Write the lockfile of a spec, and download nothing",
        discussion: """
            The lockfile is next to the spec: assets.lock for assets.yaml. It pins the version of every asset and the \
            checksums of its files. Pins are kept while they meet the spec.

            EXAMPLE
              modelkit-assets lock
              modelkit-assets lock --upgrade-asset nlp/tokenizer
              modelkit-assets lock --check
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @Flag(help: "Write nothing, and fail (status 7) if the lockfile would change")
    var check = false

    @Flag(help: "Print what would change, and write nothing")
    var dryRun = false

    @OptionGroup var upgrading: UpgradeOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func validate() throws {
        if check, upgrading.isUpgrading {
            throw ValidationError("--check cannot be combined with --upgrade")
        }
    }

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        try await shell.exiting {
            try await lock(shell)
            return 0
        }
    }

    private func lock(_ shell: Shell) async throws {
        guard spec != "-" else { throw Faults(.lock(.besideStandardInput)) }
        let request = SpecRequest(
            spec: spec, lock: LockRequest(mode: .update, upgrade: upgrading.names), missingDirectory: .isUnneeded,
            mendsLock: !check)
        let session = try shell.session(request, store.flags)
        let proposal = try await Locking(session, shell).propose()
        let (old, path) = (proposal.old, proposal.old.path ?? SpecLock.path(besides: spec))
        if old.exists, proposal.new.assets == old.lock.assets, old.lock.hasDigests || check {
            return try tell(isUpToDate: old.lock, path, session, shell)
        }
        shell.warn(
            old.lock.mixed.map {
                "the lockfile entry of `\($0)` was garbled by a merge; its files were read from the store again"
            })
        if check { throw Faults(.lock(.outdated(proposal.changes, path: path, spec: spec))) }
        if !dryRun { try proposal.write() }
        try tell(proposal, path, shell)
    }

    private func tell(_ proposal: LockProposal, _ path: String, _ shell: Shell) throws {
        try write(LockDocument(proposal.new, at: path, proposal.changes, isWritten: !dryRun, isDryRun: dryRun), shell)
        for line in proposal.changes.lines(in: path) { shell.remark(line) }
        let count = Units.count(proposal.new.assets.count, "asset")
        shell.remark(dryRun ? "dry run: nothing was written" : "wrote \(path): \(count)")
    }

    private func tell(isUpToDate lock: Lock, _ path: String, _ session: Session, _ shell: Shell) throws {
        try write(LockDocument(lock, at: path, nil, isWritten: false, isDryRun: dryRun), shell)
        let limit = upgrading.isUpgrading ? session.limitOfUpgrades.map { ", \($0)" } ?? "" : ""
        shell.remark("\(path) is up to date: \(Units.count(lock.assets.count, "asset"))\(limit)")
        if !lock.hasDigests {
            shell.remark("run `modelkit-assets lock` to add digests, which detect faulty merges")
        }
    }

    private func write(_ document: LockDocument, _ shell: Shell) throws {
        if format == .json { shell.console.writeResult(try JSONText.document(document)) }
    }
}
