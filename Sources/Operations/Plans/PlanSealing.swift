internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
package import Planning

/// Looks at the world as a plan assumes it: when one is sealed, and again before it is applied.
package struct PlanSealing: Sendable {
    private let session: Session

    package init(session: Session) { self.session = session }

    /// Writes the plan to a file for `Applying`, with what the store and the directory have now.
    ///
    /// - Parameter wording: the words for a reason, which a plan keeps for those who read it.
    package func save(
        _ plan: Plan, to path: String, wording: (RefetchReason) -> String
    ) async throws(Faults) {
        let sealed = try await seal(plan, wording)
        do {
            try WholeFile.write(Array(try JSONText.document(sealed).utf8), to: path)
        } catch let error as FileError {
            throw Faults(.plan(.unwritable(error, path: path)))
        } catch {
            throw Faults(.unexpected(error))
        }
    }

    func seal(_ plan: Plan, _ wording: (RefetchReason) -> String) async throws(Faults) -> SealedPlan {
        var assets: [SealedPlan.Asset] = []
        for (step, objects) in zip(plan.steps, try await objects(of: plan.steps)) {
            assets.append(
                SealedPlan.Asset(
                    name: step.pin.name.text, version: step.pin.version.text, action: step.action.word,
                    reason: step.action.reason.map(wording), kind: step.content?.kind, pushTime: step.content?.pushTime,
                    isPartial: step.content?.selection != nil, objects: objects,
                    waitsFor: step.waitsFor.map(\.description), local: try await local(step.pin)))
        }
        return SealedPlan(
            versioning: session.settings.versioning.value.name, assetsDir: session.directoryPath,
            isDirectoryEmpty: try isDirectoryEmpty(), store: session.store?.name,
            lock: session.lock.exists ? session.lock.path.map(AbsolutePath.of) : nil, assets: assets,
            entries: plan.entries.map {
                SealedPlan.Entry(
                    name: $0.entry.name.text, requirement: $0.entry.requirement.description,
                    part: $0.entry.subPart?.text, asset: $0.pin.description)
            })
    }

    /// What is otherwise than a plan assumes. Where all of it is done, the assets directory is as it should be.
    ///
    /// - Parameter isUnderWay: whether a run began to do it: then that is what changed what it is about.
    func changes(since sealed: SealedPlan, _ plan: Plan, isUnderWay: Bool) async throws(Faults) -> [PlanChange] {
        var changes: [PlanChange] = []
        if sealed.store != session.store?.name {
            changes.append(.store(was: sealed.store, now: session.store?.name))
        }
        if sealed.assetsDir != session.directoryPath {
            changes.append(.directory(was: sealed.assetsDir, now: session.directoryPath))
        }
        guard changes.isEmpty else { return changes }
        let isOurs = try await isUnderWay ? true : isDone(plan)
        if sealed.isDirectoryEmpty, !isOurs, try !isDirectoryEmpty() {
            changes.append(.directoryNotEmpty)
        }
        let locked = Dictionary(
            session.lock.lock.assets.map { ($0.pin, $0.metadata) }, uniquingKeysWith: { first, _ in first })
        let contents = try await concurrentAttempts(plan.steps) { step throws(Faults) in
            try await contentChange(of: step)
        }
        let objects = await objectChanges(sealed.assets, plan.steps)
        for (index, (asset, step)) in zip(sealed.assets, plan.steps).enumerated() {
            if let difference = locked[step.pin].flatMap(step.difference) {
                changes.append(.content(step.pin, difference, in: .lock))
            }
            let local = try await local(step.pin)
            if local != asset.local, !isOurs || step.action == .keep {
                changes.append(.local(step.pin, was: asset.local, now: local))
            }
            changes += contents[index].map { [$0] } ?? objects[index]
        }
        return changes + (try await missingParts(of: plan))
    }

    /// Parts that entries name of what is kept; those of what is fetched, the plan itself has.
    private func missingParts(of plan: Plan) async throws(Faults) -> [PlanChange] {
        let kept = Set(plan.steps.filter { $0.action == .keep }.map(\.pin))
        var missing: [PlanChange] = []
        for entry in plan.entries where kept.contains(entry.pin) {
            guard let part = entry.entry.subPart else { continue }
            do {
                if try await !session.catalog.hasPart(part, of: entry.pin) {
                    missing.append(.missingPart(entry.pin, part))
                }
            } catch {
                throw Faults(Fault(error))
            }
        }
        return missing
    }

    // MARK: The directory

    /// But for the tool's own folder, which a run makes before it begins.
    private func isDirectoryEmpty() throws(Faults) -> Bool {
        do throws(FileError) {
            return try session.directory?.entries().allSatisfy { $0 == ToolLayout.folder } ?? true
        } catch {
            throw Faults(Fault(error))
        }
    }

    private func local(_ pin: AssetPin) async throws(Faults) -> String {
        do {
            switch try await session.catalog.localState(of: pin) {
            case .missing: return "missing"
            case .complete: return "complete"
            case .partial: return "there in part"
            case .incomplete: return "incomplete"
            }
        } catch {
            throw Faults(Fault(error))
        }
    }

    /// Whether everything that the plan fetches is there.
    private func isDone(_ plan: Plan) async throws(Faults) -> Bool {
        for step in plan.steps {
            let local = try await local(step.pin)
            switch step.action {
            case .keep: continue
            case .fetch where local == (step.content?.selection == nil ? "complete" : "there in part"): continue
            case .fetch, .refetch: return false
            }
        }
        return true
    }

    // MARK: The store

    /// What the store lists of the version otherwise than the plan.
    private func contentChange(of step: Step) async throws(Faults) -> PlanChange? {
        guard step.content != nil, session.store != nil else { return nil }
        do {
            return step.difference(from: try await session.catalog.metadata(of: step.pin)).map {
                .content(step.pin, $0, in: .store)
            }
        } catch let error as NoMetadata {
            guard let cause = error.cause as? StoreError, cause.kind == .notFound else {
                throw Faults(Fault(error.cause))
            }
            return .gone(address: cause.address)
        } catch {
            throw Faults(Fault(error))
        }
    }

    /// The objects of each step, with what the store tells of them; those of all steps are asked for at the same time.
    private func objects(of steps: [Step]) async throws(Faults) -> [[SealedPlan.Object]] {
        guard let store = session.store else { return steps.map { _ in [] } }
        let facts = steps.map { $0.content?.objects ?? [] }
        let told = try await concurrentAttempts(keys(of: steps).flatMap(\.self)) { key throws(Faults) in
            do throws(StoreError) {
                return try await store.head(key)
            } catch {
                throw Faults(.store(error))
            }
        }
        let objects = zip(facts.flatMap(\.self), told).map { SealedPlan.Object($0, $1) }
        return objects.divided(by: facts.map(\.count))
    }

    private func keys(of steps: [Step]) -> [[ObjectKey]] {
        steps.map { step in (step.content?.objects ?? []).map { ObjectKey(of: step.pin, path: $0.path) } }
    }

    /// What is otherwise of the objects of each step.
    private func objectChanges(_ assets: [SealedPlan.Asset], _ steps: [Step]) async -> [[PlanChange]] {
        guard let store = session.store else { return steps.map { _ in [] } }
        let keys = keys(of: steps)
        let answers = await concurrentMap(keys.flatMap(\.self)) { key in
            do throws(StoreError) {
                return Result<ObjectAttributes, StoreError>.success(try await store.head(key))
            } catch {
                return .failure(error)
            }
        }
        return zip(zip(assets, keys), answers.divided(by: keys.map(\.count))).map { asset, answers in
            zip(zip(asset.0.objects, asset.1), answers).compactMap { object, answer in
                object.0.change(store.address(of: object.1), answer)
            }
        }
    }
}

extension StepAction {
    var reason: RefetchReason? {
        if case .refetch(let reason) = self { reason } else { nil }
    }
}

extension SealedPlan.Object {
    fileprivate init(_ facts: ObjectFacts, _ told: ObjectAttributes) {
        self.init(
            path: facts.path?.text, storedSize: told.size, entityTag: told.entityTag,
            size: told.encoding == nil ? told.size : facts.size, sha256: facts.sha256?.hex,
            checksum: facts.sha256 == nil ? facts.checksum?.tagged : nil)
    }

    /// How the object is otherwise than it was; nil where it is not.
    fileprivate func change(_ address: String, _ answer: Result<ObjectAttributes, StoreError>) -> PlanChange? {
        switch answer {
        case .failure(let error) where error.kind == .notFound: return .gone(address: address)
        case .failure(let error): return .unreadable(error)
        case .success(let told):
            if told.size != storedSize { return .size(address: address, was: storedSize, now: told.size) }
            return told.entityTag == entityTag ? nil : .otherContent(address: address)
        }
    }
}

extension Array {
    /// Consecutive pieces of these lengths.
    fileprivate func divided(by lengths: [Int]) -> [[Element]] {
        var rest = self[...]
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
    }
}
