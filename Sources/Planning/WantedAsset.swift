internal import AssetModel

/// A choice with the entries that it serves: what is asked of one asset's contents.
struct WantedAsset: Sendable {
    let choice: Choice
    let entries: [ManifestEntry]

    /// Every sub-part that is named, once, with the first who names it.
    var parts: [(RelativePath, Demand)] {
        var seen: Set<RelativePath> = []
        return choice.demands.compactMap { demand in
            guard let part = demand.specification.subPart, seen.insert(part).inserted else { return nil }
            return (part, demand)
        }
    }

    func step(_ action: StepAction, _ content: StepContent?) -> Step {
        Step(
            pin: choice.pin, action: action, content: content, neededBy: choice.neededBy,
            waitsFor: choice.dependencies)
    }

    func notPresent(_ state: LocalState, isOffline: Bool) -> PlanningFailure {
        guard case .incomplete(let reason) = state else {
            return .notPresent(choice.pin, reason: nil, isOffline: isOffline, demands: choice.demands)
        }
        return .notPresent(choice.pin, reason: reason, isOffline: isOffline, demands: choice.demands)
    }

    func failure(_ subject: FactSubject, _ error: any Error) -> PlanningFailures {
        PlanningFailures([.fact(subject: subject, error: error, demands: choice.demands)])
    }

    /// What is fetched, or everything that is asked for and cannot be had.
    func content(_ metadata: VersionMetadata) -> Result<StepContent, PlanningFailures> {
        var failures: [PlanningFailure] = []
        let content =
            switch metadata.kind {
            case .file: fileContent(metadata, &failures)
            case .directory: directoryContent(metadata, &failures)
            }
        return failures.isEmpty ? .success(content) : .failure(PlanningFailures(failures))
    }

    private func fileContent(_ metadata: VersionMetadata, _ failures: inout [PlanningFailure]) -> StepContent {
        for entry in entries where !entry.selection.isAll {
            let what = entry.selection.include.isEmpty ? "exclude" : "include"
            failures.append(.notForKind(choice.pin, kind: .file, what: what, demand: Demand(entry)))
        }
        for (part, demand) in parts {
            failures.append(.notForKind(choice.pin, kind: .file, what: "[\(part)]", demand: demand))
        }
        let objects = metadata.objects.map { pinned($0, &failures) }
        return StepContent(kind: .file, pushTime: metadata.pushTime, objects: objects)
    }

    private func pinned(_ object: ObjectFacts, _ failures: inout [PlanningFailure]) -> ObjectFacts {
        guard let digest = choice.sha256 else { return object }
        if let recorded = object.sha256, recorded != digest {
            let pinning = entries.filter { $0.sha256 != nil }.map(Demand.init).sorted()
            failures.append(.conflictingDigests(choice.pin, [digest], recorded: recorded, demands: pinning))
        }
        var object = object
        object.sha256 = digest
        object.recorder = .spec
        return object
    }

    private func directoryContent(_ metadata: VersionMetadata, _ failures: inout [PlanningFailure]) -> StepContent {
        let files = metadata.objects.compactMap(\.path)
        for entry in entries where entry.sha256 != nil {
            failures.append(.notForKind(choice.pin, kind: .directory, what: "sha256", demand: Demand(entry)))
        }
        for entry in entries where !entry.selection.isAll && !files.contains(where: entry.selection.takes) {
            failures.append(.emptySelection(choice.pin, entry.selection, demand: Demand(entry), files: files))
        }
        failures += missingParts(files)
        let objects = metadata.objects.filter { object in
            object.path.map { path in choice.selections.contains { $0.takes(path) } } ?? false
        }
        let isWhole = objects.count == metadata.objects.count
        return StepContent(
            kind: .directory, pushTime: metadata.pushTime, objects: objects,
            selection: isWhole ? nil : choice.selections)
    }

    private func missingParts(_ files: [RelativePath]) -> [PlanningFailure] {
        let parts = parts
        guard !parts.isEmpty else { return [] }
        let existing = Set(files.flatMap(\.withFolders))
        return parts.filter { !existing.contains($0.0) }.map { part, demand in
            .noSuchPart(choice.pin, part: part, demand: demand, nearest: nearestParts(to: part, in: existing))
        }
    }
}

extension Choice {
    /// What is asked of the version and its files do not have, such as a part.
    package func failures(in locked: LockedAsset) -> [PlanningFailure] {
        guard case .failure(let failures) = WantedAsset(choice: self, entries: []).content(locked.metadata) else {
            return []
        }
        return failures.failures
    }
}

extension RelativePath {
    /// The path and every folder that it is in.
    var withFolders: [RelativePath] {
        var paths = [self]
        while let parent = paths.last?.parent { paths.append(parent) }
        return paths
    }
}
