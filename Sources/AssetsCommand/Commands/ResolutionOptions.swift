internal import ArgumentParser
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// What a command needs that resolves a spec to tell something of it, and fetches and writes nothing.
struct ResolutionOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .singleValue,
        help: .group, completion: .groups)
    var group: [String] = []

    @OptionGroup(title: "Lockfile options") var lock: LockOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func session(_ spec: String, _ shell: Shell) throws(Faults) -> Session {
        let request = SpecRequest(spec: spec, lock: lock.request, missingDirectory: .isUnneeded)
        return try shell.session(request, store.flags)
    }

    func resolve(_ session: Session, _ shell: Shell) async throws(Faults) -> Resolved {
        let resolved = try await Planner(session: session, groups: Set(group)).resolve().get()
        shell.warn(resolved.wanted.warnings.sentences)
        return resolved
    }

    /// - Parameter text: for people.
    func write(_ document: some Encodable, text: @autoclosure () -> String, _ shell: Shell) throws {
        shell.console.writeResult(format == .json ? try JSONText.document(document) : text())
    }
}
