internal import AssetModel
internal import Catalog
internal import Execution
internal import FileSystem
internal import ObjectStore
internal import Planning

/// Makes the lock of a resolution: what the old one knew, what was fetched, what stands in the assets directory, and for
/// the rest what the store tells.
struct LockBuilding: Sendable {
    let session: Session

    struct Outcome: Sendable {
        /// Nil where it is not known what a version consists of.
        var lock: Lock?
        var faults: [Fault] = []
        /// Why it is not known.
        var unknown: [Fault] = []
        var warnings: [OperationWarning] = []
    }

    /// - Parameters:
    ///   - report: of what was fetched in this run.
    ///   - isWhole: whether the run failed nowhere. Of one that did, only what it knows is written.
    func lock(_ resolved: Resolved, _ plan: Plan, _ report: Report, isWhole: Bool = true) async -> Outcome {
        let formation = LockFormation(resolved, from: session.lock.lock)
        guard formation.unknown.isEmpty else { return Outcome(unknown: formation.unknown.map(Fault.init)) }
        let assets = formation.assets(fetched: Self.fetchedFiles(plan, report))
        guard isWhole else { return Outcome(lock: Lock(assets: assets)) }
        let completed = await concurrentMap(assets) { await complete($0) }
        return Outcome(
            lock: Lock(assets: completed.map(\.asset)), faults: completed.compactMap(\.fault),
            warnings: Self.leftOut(formation, resolved) + completed.flatMap(\.warnings))
    }

    /// Versions that stay out of the lock, besides those that the store does not list, which is told already.
    private static func leftOut(_ formation: LockFormation, _ resolved: Resolved) -> [OperationWarning] {
        let told = resolved.all.warnings.compactMap { warning -> AssetPin? in
            if case .notInStore(let pin, _) = warning { pin } else { nil }
        }
        return formation.nowhere.map { $0.choice.pin }.filter { !told.contains($0) }.map(OperationWarning.notLocked)
    }

    private static func fetchedFiles(_ plan: Plan, _ report: Report) -> [AssetPin: [RelativePath?: ObjectFacts]] {
        var files: [AssetPin: [RelativePath?: ObjectFacts]] = [:]
        let results = Dictionary(report.results.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        for step in plan.steps {
            guard let content = step.content, let digests = results[step.pin]?.digests, !digests.isEmpty else {
                continue
            }
            let fetched = zip(content.objects.map(\.path), digests).map { path, digest in
                (path, ObjectFacts(path: path, size: digest.size, sha256: digest.sha256))
            }
            files[step.pin] = Dictionary(fetched, uniquingKeysWith: { first, _ in first })
        }
        return files
    }

    // MARK: What is not known yet

    private struct Completed: Sendable, TaskResult {
        var asset: LockedAsset
        var fault: Fault?
        var warnings: [OperationWarning] = []
    }

    /// Fills in what the lock lacks of files that nobody fetched in this run.
    private func complete(_ asset: LockedAsset) async -> Completed {
        var completed = Completed(asset: asset)
        let lacking = asset.files.indices.filter { asset.files[$0].sha256 == nil }
        guard !lacking.isEmpty, let store = session.store else { return completed }
        let isPresent = await isPresent(asset.pin)
        let answers = await concurrentMap(lacking) { index in
            await found(asset.files[index], of: asset.pin, by: store, isPresent: isPresent)
        }
        for (index, answer) in zip(lacking, answers) {
            switch answer {
            case .failure(let error): completed.fault = completed.fault ?? .store(error)
            case .success(let found):
                if let content = found.content, content.isAsTold {
                    completed.asset.files[index].size = content.digest.size
                    completed.asset.files[index].sha256 = content.digest.sha256
                } else {
                    completed.asset.files[index] = found.facts
                    if found.content != nil { completed.warnings.append(.altered(asset.pin, found.facts.path)) }
                }
            }
        }
        return completed
    }

    /// What is told of a file, and what of it stands in the assets directory.
    private struct Found: Sendable {
        let facts: ObjectFacts
        let content: LocalContent?
    }

    private func found(
        _ file: ObjectFacts, of pin: AssetPin, by store: any ObjectStore, isPresent: Bool
    ) async -> Result<Found, StoreError> {
        do throws(StoreError) {
            let facts = try await told(file, of: pin, by: store)
            return .success(Found(facts: facts, content: isPresent ? await local(pin, facts) : nil))
        } catch {
            return .failure(error)
        }
    }

    /// What the lock had before stands until somebody has the content.
    private func told(
        _ file: ObjectFacts, of pin: AssetPin, by store: any ObjectStore
    ) async throws(StoreError) -> ObjectFacts {
        if file.checksum != nil || file.size != nil { return file }
        let attributes = try await store.head(ObjectKey(of: pin, path: file.path))
        // Of what is stored encoded, the store tells nothing of the content.
        guard attributes.encoding == nil else { return ObjectFacts(path: file.path) }
        return ObjectFacts(path: file.path, size: attributes.size, checksum: attributes.checksum)
    }

    private func isPresent(_ pin: AssetPin) async -> Bool {
        switch try? await session.catalog.localState(of: pin) {
        case .complete, .partial: true
        case .missing, .incomplete, nil: false
        }
    }

    /// Nil for what is not there.
    private func local(_ pin: AssetPin, _ facts: ObjectFacts) async -> LocalContent? {
        guard let directory = session.directory else { return nil }
        return await DiskQueue.shared.run {
            try? LocalContent.of(pin, facts.path, in: directory, size: facts.size, expecting: facts.checksum)
        }
    }
}
