internal import AssetModel
internal import Planning
internal import SpecFile
package import StoreTransport

/// Changes assets.yaml, and its lockfile with it. Nothing is written before the changed spec was resolved; then the spec is, and
/// the lockfile last, so that a run that ends between them leaves a lockfile that `lock` brings up to date.
package struct SpecEditing: Sendable {
    private let settings: Settings
    private let editor: SpecEditor
    private let options: Options
    private let retries: RetryLog
    private let observer: any OperationObserver

    /// Which file is edited, and how far it goes.
    package struct Options: Sendable {
        package let path: String
        /// Whether the lockfile is brought up to date too, for which the store is asked.
        package let locks: Bool
        /// Whether nothing is written.
        package let isDry: Bool

        /// - Throws: for standard input, which cannot be edited.
        package init(path: String, locks: Bool, isDry: Bool) throws(Faults) {
            guard path != "-" else { throw Faults(.spec(.standardInput)) }
            self.path = path
            self.locks = locks
            self.isDry = isDry
        }
    }

    package init(
        _ options: Options, _ workspace: Workspace, _ retries: RetryLog, _ observer: any OperationObserver
    ) throws(Faults) {
        settings = workspace.settings
        self.options = options
        self.retries = retries
        self.observer = observer
        editor = try SpecReading.edit(options.path, settings)
    }

    package func run(_ request: SpecEditRequest) async throws(Faults) -> SpecEditResult {
        var draft = SpecDraft(editor, path: options.path, settings)
        switch request {
        case .add(let assets, let requirement, let groups):
            for asset in assets {
                try draft.add(try await specification(asset, requirement), groups: groups)
            }
        case .remove(let names): for name in names { try draft.remove(name) }
        case .upgrade(let names, let latest): try await upgrade(names, latest: latest, &draft)
        }
        let isChanged = draft.editor.bytes != editor.bytes
        let lock = options.locks ? try await locked(draft) : nil
        if !options.isDry {
            if isChanged { try SpecReading.write(draft.editor.bytes, to: options.path) }
            try lock?.write()
        }
        return SpecEditResult(edits: draft.edits, isSpecChanged: isChanged, lockChanges: lock?.changes)
    }

    /// Nil where the lockfile stays as it is.
    private func locked(_ draft: SpecDraft) async throws(Faults) -> LockProposal? {
        let lock = try SpecLock.read(
            besides: options.path, LockRequest(mode: .update, upgrade: draft.upgrade), in: settings.versioning.value,
            mends: true)
        let session = try Session(
            Workspace(manifest: draft.editor.manifest, settings: settings), lock: lock,
            missingDirectory: .isUnneeded, retries: retries)
        let proposal = try await Locking(session, observer).propose()
        return lock.exists && proposal.new == lock.lock ? nil : proposal
    }

    // MARK: Adding

    /// What was typed, with the latest major version where it has none.
    private func specification(_ text: String, _ requirement: String?) async throws(Faults) -> AssetSpecification {
        let system = settings.versioning.value
        let typed = try AssetSpecification(typed: text, in: system)
        if let requirement {
            do throws(VersionRequirementFault) {
                return typed.requiring(try VersionRequirement(parsing: requirement, in: system))
            } catch {
                throw Faults(.edit(.requirement(error, system)))
            }
        }
        guard !text.utf8.contains(UInt8(ascii: ":")), options.locks, settings.provider != nil else { return typed }
        let (latest, _) = try await StoreSession(settings, retries).find(typed.name.text)
        return typed.requiring(VersionRequirement(majorOf: latest.version, in: system))
    }

    // MARK: Upgrading

    private func upgrade(_ names: [String], latest: Bool, _ draft: inout SpecDraft) async throws(Faults) {
        if names.isEmpty { draft.upgrade = .everything }
        let locked = try SpecLock.read(
            besides: options.path, LockRequest(mode: .update), in: settings.versioning.value, mends: true)
        let known = KnownAssets(draft.entries, locked.lock, path: options.path)
        for name in names { draft.upgrade = draft.upgrade.adding(try known.find(name)) }
        if latest { try await allowLatest(&draft) }
    }

    private func allowLatest(_ draft: inout SpecDraft) async throws(Faults) {
        let session = try StoreSession(settings, retries)
        for place in draft.entries.indices {
            let entry = draft.entries[place]
            guard draft.upgrade.frees(entry.name), entry.requirement != .latest else { continue }
            let (latest, _) = try await session.find(entry.name.text)
            guard !entry.requirement.isMet(by: latest.version),
                let requirement = entry.requirement.raised(to: latest.version, in: settings.versioning.value)
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
