internal import AssetModel
internal import Glibc
internal import Operations
internal import Publishing
internal import StoreProviders
internal import StoreTransport
internal import Terminal
internal import Words

/// Pushes an asset, asks first, and tells what was pushed.
struct PushRunner: Sendable {
    private let shell: Shell
    private let options: PushOptions
    private let pushing: Pushing
    private let retries: RetryLog
    let system: VersioningSystem

    init(_ shell: Shell, _ options: PushOptions) throws(Faults) {
        self.shell = shell
        self.options = options
        (pushing, retries, system) = try shell.begin(.defaultSpec, options.flags) {
            (workspace, retries) throws(Faults) in
            (try Pushing(workspace, retries), retries, workspace.settings.versioning.value)
        }
    }

    /// - Parameter path: of a file or a folder; or an address, `s3://bucket/key` or `gs://bucket/key`.
    /// - Returns: the exit status.
    func run(_ path: String, as target: PushTarget, needing dependencies: PushDependencies) async throws -> Int32 {
        if !options.dryRun, !options.yes, !shell.console.isErrorTerminal || isatty(STDIN_FILENO) == 0 {
            throw Problems([.notConfirmed])
        }
        let proposal = try await pushing.propose(path, as: target, needing: dependencies, isDry: options.dryRun)
        if options.dryRun {
            write(PushDocument(proposal.pin, proposal, pushing.storeName, isDryRun: true))
            shell.remark("would push \(proposal.origin.words) to \(pushing.storeName)\(proposal.dependencyWords)")
            return 0
        }
        let place = "\(proposal.pin) to \(pushing.storeName)\(proposal.dependencyWords)"
        if !options.yes, await !isConfirmed("push \(proposal.origin.words) as \(place)?") {
            shell.answer([.declined])
            shell.remark(Problem.declined.message)
            return Problem.declined.exitStatus
        }
        return try await publish(proposal)
    }

    private func publish(_ proposal: PushProposal) async throws(Faults) -> Int32 {
        let lastWords = { @Sendable [shell, pushing] (signal: CInt) in
            shell.lastWords(PublishWords.interrupted(listing: pushing.listedPin))(signal)
        }
        let (published, signal) = await Interruption.cancelling(lastWords: lastWords) { await result(of: proposal) }
        if let signal, case .failure = published {
            shell.answer(interruptedBy: signal)
            shell.remark(PublishWords.interrupted(listing: pushing.listedPin))
            return 128 + signal
        }
        return report(try published.get(), proposal)
    }

    private func result(of proposal: PushProposal) async -> Result<Published, Faults> {
        do {
            return .success(try await pushing.publish(proposal, shell))
        } catch {
            return .failure(error)
        }
    }

    private func report(_ published: Published, _ proposal: PushProposal) -> Int32 {
        var warnings = published.passedOver.map {
            "skipped \($0): reserved by another push, in progress or abandoned"
        }
        if !published.keepsConditions {
            warnings.append(
                "\(pushing.storeName) does not support conditional writes: concurrent pushes are detected by reading back"
            )
        }
        shell.warn(warnings)
        if let summary = retries.summary { shell.warn([summary]) }
        write(PushDocument(published.pin, proposal, pushing.storeName, isDryRun: false))
        let reused = published.reusedBytes
        let before = reused > 0 ? " (resumed: \(Units.bytes(reused)) from an earlier push)" : ""
        shell.remark("pushed \(proposal.origin.words) to \(pushing.storeName)\(before)\(proposal.dependencyWords)")
        return 0
    }

    private func write(_ document: PushDocument) {
        switch options.format {
        case .text: shell.console.writeResult("\(document.asset)\n")
        case .json: if let text = try? JSONText.document(document) { shell.console.writeResult(text) }
        }
    }

    private func isConfirmed(_ question: String) async -> Bool {
        await shell.life.paused {
            // The terminal shows ^C, and nothing else tells that nothing came of it.
            let lastWords = { @Sendable [shell] (signal: CInt) in
                shell.console.writeDiagnostic("\n\(Problem.declined.message)")
                shell.answer(interruptedBy: signal)
            }
            // Before it is asked: who reads the question may answer it with ^C at once.
            return await Interruption.ending(after: lastWords) {
                shell.console.writeDiagnostic("\(question.escapedForTerminal) [y/N]")
                return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
            }
        }
    }
}

/// What was pushed, or would be.
struct PushDocument: Encodable, Sendable {
    var format = "modelkit-assets/push"
    var formatVersion = 1
    let asset: String
    let name: String
    let version: String
    let kind: AssetKind
    let files: Int
    let bytes: Int64
    let dependencies: [String]
    /// The version whose dependencies these are, where they were not given.
    @OrNull var inheritedFrom: String?
    let store: String
    let dryRun: Bool

    init(_ pin: AssetPin, _ proposal: PushProposal, _ store: String, isDryRun: Bool) {
        asset = pin.description
        name = pin.name.text
        version = pin.version.text
        kind = proposal.origin.kind
        files = proposal.origin.count
        bytes = proposal.origin.bytes
        dependencies = proposal.dependencies.map(\.description)
        inheritedFrom = proposal.heritage?.description
        self.store = store
        dryRun = isDryRun
    }
}
