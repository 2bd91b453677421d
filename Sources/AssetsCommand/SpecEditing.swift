internal import AssetModel
internal import ArgumentParser
internal import Execution
internal import Planning
internal import SpecFile

/// Changes assets.yaml, and its lockfile with it. Nothing is written before the changed spec was resolved; then the spec is, and
/// the lockfile last, so that a run that ends between them leaves a lockfile that `lock` brings up to date.
struct SpecEditing: Sendable {
    let options: SpecEditOptions
    let flags: SettingFlags
    let shell: Shell

    /// A spec that is being edited.
    struct Draft: Sendable {
        var editor: SpecEditor
        let file: String
        let settings: Settings
        let shell: Shell
        /// What the new lockfile need not keep.
        var upgrade = Upgrade.nothing
        /// What was edited, a line each.
        var lines: [String] = []

        /// The places of an asset's entries.
        func places(of name: AssetName) -> [Int] {
            editor.manifest.entries.indices.filter { editor.manifest.entries[$0].name == name }
        }
    }

    func run(_ edit: (inout Draft) async throws -> Void) async throws {
        let (editor, settings) = try SpecReading.edit(options.file, flags: flags, environment: shell.environment)
        if shell.options.isVerbose { shell.remark(SettingsText.lines(settings)) }
        var draft = Draft(editor: editor, file: options.file, settings: settings, shell: shell)
        do {
            try await edit(&draft)
        } catch let fault as SpecEditFault {
            throw Problems([Problem(fault, in: options.file)])
        }
        let isChanged = draft.editor.bytes != editor.bytes
        let lock = options.noLock ? nil : try await locked(draft)
        if !options.dryRun {
            if isChanged { try SpecReading.write(draft.editor.bytes, to: options.file) }
            if let lock { try lock.file.write(lock.lock) }
        }
        for line in draft.lines + (lock?.changes.lines ?? []) { shell.remark(line) }
        if !isChanged, lock == nil {
            shell.remark("nothing to change")
        } else if options.dryRun {
            shell.remark("dry run: nothing was written")
        }
    }

    private struct Locked {
        let file: SpecLock
        let lock: Lock
        let changes: LockChanges
    }

    /// Nil where the lockfile stays as it is.
    private func locked(_ draft: Draft) async throws -> Locked? {
        let request = LockRequest(mode: .update, upgrade: draft.upgrade)
        let file = try SpecLock.read(besides: options.file, request, in: draft.settings.versioning.value, mends: true)
        let session = try Session(
            settings: draft.settings, manifest: draft.editor.manifest, lock: file, missingDirectory: .isUnneeded,
            retries: shell.retryLog())
        let resolved = try await Planner(session: session, groups: []).resolve().get()
        shell.warn(resolved.all.warnings)
        let built = await LockBuilding(session: session)
            .lock(resolved, Plan(steps: [], entries: []), Report(results: [], seconds: 0))
        guard let lock = built.lock, built.problems.isEmpty else {
            throw Problems(built.problems + built.unknown)
        }
        shell.warn(built.warnings)
        if file.exists, lock == file.lock { return nil }
        return Locked(file: file, lock: lock, changes: LockChanges(from: file.lock, to: resolved))
    }
}

/// Which file is edited, and how far it goes.
struct SpecEditOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The spec file.", valueName: "spec"))
    var file = SpecOptions.defaultFile

    @Flag(help: "Edit the spec file alone, without asking the store.")
    var noLock = false

    @Flag(help: "Print what would change; write nothing.")
    var dryRun = false
}

extension Problem {
    fileprivate init(_ fault: SpecEditFault, in spec: String) {
        self.init(
            code: "spec-layout", message: "cannot edit `\(spec)`: the layout of its list of assets is not supported",
            hint: fault.line.map { "add `\($0)` by hand, then run `modelkit-assets lock`" }
                ?? "remove the entry by hand, then run `modelkit-assets lock`",
            exitStatus: 3)
    }

    /// An edit could mean each of them.
    static func severalEntries(_ name: AssetName, in draft: SpecEditing.Draft) -> Problem {
        let lines = draft.places(of: name).compactMap { draft.editor.manifest.entries[$0].excerpt?.location.line }
        return Problem(
            code: "several-entries", message: "`\(draft.file)` has \(lines.count) entries for `\(name)`",
            details: ["lines \(enumeration(lines.map { "\($0)" }))"], hint: "edit them by hand", exitStatus: 3)
    }

    static func noEntry(_ name: String, in draft: SpecEditing.Draft) -> Problem {
        let names = Set(draft.editor.manifest.entries.map(\.name.text)).sorted()
        return Problem(
            code: "no-entry", message: "`\(draft.file)` has no entry for `\(name)`",
            hint: nearestWord(to: name, in: names).map { "did you mean `\($0)`?" }, exitStatus: 5)
    }
}
