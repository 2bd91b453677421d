internal import AssetModel
internal import ArgumentParser
internal import Planning

/// What a command needs that resolves a spec to tell something of it, and fetches and writes nothing.
struct ResolutionOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Take the entries of this group in; may be repeated.", valueName: "name"))
    var group: [String] = []

    @OptionGroup var lock: LockOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func session(_ spec: String, _ shell: Shell) throws(Problems) -> Session {
        let request = ResolveRequest(
            spec: spec, groups: Set(group), flags: store.flags, lock: lock.request, missingDirectory: .isUnneeded)
        return try Session(request, shell)
    }

    func resolve(_ session: Session, _ shell: Shell) async throws(Problems) -> Resolved {
        if shell.options.isVerbose { shell.remark(SettingsText.lines(session)) }
        let resolved = try await Planner(session: session, groups: Set(group)).resolve().get()
        shell.warn(resolved.wanted.warnings)
        return resolved
    }

    /// - Parameter text: for people.
    func write(_ document: some Encodable, text: @autoclosure () -> String, _ shell: Shell) throws {
        shell.console.writeResult(format == .json ? try JSONText.document(document) : text())
    }
}
