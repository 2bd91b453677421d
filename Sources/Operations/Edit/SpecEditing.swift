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
            for asset in assets { try await add(asset, requirement, groups, &draft) }
        case .remove(let names): for name in names { try draft.remove(name) }
        case .upgrade(let names, let latest): try await upgrade(names, latest: latest, &draft)
        }
        let isChanged = draft.editor.bytes != editor.bytes
        let session = options.locks ? try session(draft) : nil
        let proposal: LockProposal? = if let session { try await Locking(session, observer).propose() } else { nil }
        if let proposal { try Self.check(draft.edits, in: proposal) }
        // Where the lockfile stays as it is, nothing is written.
        let lock = proposal.flatMap { $0.old.exists && $0.new == $0.old.lock ? nil : $0 }
        if !options.isDry {
            if isChanged { try SpecReading.write(draft.editor.bytes, to: options.path) }
            try lock?.write()
        }
        var later: [LaterVersion] = []
        if let session, let proposal {
            later = await LaterVersions(session).of(proposal.resolution) { [draft] in draft.wantsLatest.frees($0) }
        }
        return SpecEditResult(edits: draft.edits, isSpecChanged: isChanged, lockChanges: lock?.changes, later: later)
    }

    /// The parts that entries name have to be there, as for a plan.
    private static func check(_ edits: [SpecEdit], in proposal: LockProposal) throws(Faults) {
        let names = Set(edits.compactMap(\.wanted?.name))
        let failures = proposal.resolution.choices.filter { names.contains($0.pin.name) }.flatMap { choice in
            proposal.new.assets.first { $0.pin == choice.pin }.map(choice.failures) ?? []
        }
        guard failures.isEmpty else { throw Faults(.planning(PlanningFailures(failures))) }
    }

    private func session(_ draft: SpecDraft) throws(Faults) -> Session {
        let lock = try SpecLock.read(
            besides: options.path, LockRequest(mode: .update, upgrade: draft.upgrade), in: settings.versioning.value,
            mends: true)
        return try Session(
            Workspace(manifest: draft.editor.manifest, settings: settings), lock: lock,
            missingDirectory: .isUnneeded, retries: retries)
    }

    // MARK: Adding

    /// An asset that has an entry gets what was typed of a requirement and a part; another one gets an entry, with the latest
    /// major version where no requirement was typed.
    private func add(
        _ text: String, _ requirement: String?, _ groups: [String], _ draft: inout SpecDraft
    ) async throws(Faults) {
        let system = settings.versioning.value
        let typed = try AssetSpecification(typed: text, in: system)
        var wanted = text.utf8.prefix { $0 != UInt8(ascii: "[") }.contains(UInt8(ascii: ":")) ? typed.requirement : nil
        if let requirement { wanted = try Self.parsed(requirement, system) }
        if let place = try draft.place(of: typed.name) { return try draft.change(at: place, to: typed, wanted) }
        if wanted == nil, options.locks, settings.provider != nil {
            let (latest, _) = try await StoreSession(settings, retries).find(typed.name.text)
            wanted = VersionRequirement(majorOf: latest.version, in: system)
        }
        try draft.add(typed.requiring(wanted ?? .latest), groups: groups)
    }

    private static func parsed(_ text: String, _ system: VersioningSystem) throws(Faults) -> VersionRequirement {
        do throws(VersionRequirementFault) {
            return try VersionRequirement(parsing: text, in: system)
        } catch {
            throw Faults(.edit(.requirement(error, system)))
        }
    }

    // MARK: Upgrading

    private func upgrade(_ names: [String], latest: Bool, _ draft: inout SpecDraft) async throws(Faults) {
        if names.isEmpty { draft.upgrade = .everything }
        let locked = try SpecLock.read(
            besides: options.path, LockRequest(mode: .update), in: settings.versioning.value, mends: true)
        let known = KnownAssets(draft.entries, locked.lock, path: options.path)
        for name in names { draft.upgrade = draft.upgrade.adding(try known.find(name)) }
        draft.wantsLatest = draft.upgrade
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
