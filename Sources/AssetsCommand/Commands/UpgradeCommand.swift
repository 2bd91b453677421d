internal import AssetModel
internal import ArgumentParser
internal import Planning
internal import SpecFile

/// Moves a lockfile, and with `--latest` its spec, to newer versions.
struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Upgrade assets in the lockfile to the latest allowed versions.",
        discussion: """
            The spec says what is allowed; --latest edits it first, so that it allows the latest version of all. Nothing is \
            downloaded: `modelkit-assets resolve` does that.

            EXAMPLE
              modelkit-assets upgrade
              modelkit-assets upgrade nlp/tokenizer
              modelkit-assets upgrade --latest nlp/tokenizer
            """)

    @Argument(help: ArgumentHelp("Names of assets; without one all are upgraded.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "Edit requirements in the spec that keep the latest version out.")
    var latest = false

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if edit.noLock, !latest { throw ValidationError("--no-lock leaves nothing to upgrade without --latest") }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await SpecEditing(options: edit, flags: store.flags, shell: shell).run { draft in
                if names.isEmpty { draft.upgrade = .everything }
                for name in names { draft.upgrade = draft.upgrade.adding(try known(name, in: draft)) }
                if latest { try await allowLatest(&draft) }
            }
            return 0
        }
    }

    /// An asset of the spec or, as what it depends on, of the lockfile.
    private func known(_ text: String, in draft: SpecEditing.Draft) throws(Problems) -> AssetName {
        let locked = try SpecLock.read(
            besides: draft.file, LockRequest(mode: .update, upgrade: .nothing), in: draft.settings.versioning.value,
            mends: true)
        let names = Set(draft.editor.manifest.entries.map(\.name) + locked.lock.assets.map(\.pin.name))
        guard let name = try? AssetName(text), names.contains(name) else {
            let near = nearestWord(to: text, in: names.map(\.text).sorted())
            throw Problems([
                Problem(
                    code: "no-entry", message: "neither `\(draft.file)` nor its lockfile has `\(text)`",
                    hint: near.map { "did you mean `\($0)`?" }, exitStatus: 5)
            ])
        }
        return name
    }

    private func allowLatest(_ draft: inout SpecEditing.Draft) async throws {
        let session = try StoreSession(draft.settings, draft.shell)
        for place in draft.editor.manifest.entries.indices {
            let entry = draft.editor.manifest.entries[place]
            guard draft.upgrade.frees(entry.name), entry.requirement != .latest else { continue }
            let (latest, _) = try await session.find(entry.name.text)
            guard !entry.requirement.isMet(by: latest.version),
                let requirement = entry.requirement.raised(to: latest.version, in: draft.settings.versioning.value)
            else { continue }
            try draft.require(requirement, at: place)
        }
    }
}

extension VersionRequirement {
    /// As exact as it is, and met by a version. Comparators give way to the major version.
    fileprivate func raised(to version: AssetVersion, in system: VersioningSystem) -> VersionRequirement? {
        if case .exact = kind { return VersionRequirement(naming: version, in: system) }
        return system.major(of: version).map { VersionRequirement(naming: $0, in: system) }
    }
}
