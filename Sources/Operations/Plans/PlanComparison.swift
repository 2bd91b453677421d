internal import AssetModel
internal import Catalog
internal import ObjectStore
internal import Planning

/// What is otherwise than a sealed plan assumes, before it is applied.
struct PlanComparison: Sendable {
    private let session: Session
    private let surroundings: PlanSurroundings

    init(session: Session) {
        self.session = session
        surroundings = PlanSurroundings(session: session)
    }

    /// Where all of the plan is done, the assets directory is as it should be.
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
        if sealed.isDirectoryEmpty, !isOurs, try !surroundings.isDirectoryEmpty() {
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
            let local = try await surroundings.local(step.pin)
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

    /// Whether everything that the plan fetches is there.
    private func isDone(_ plan: Plan) async throws(Faults) -> Bool {
        for step in plan.steps {
            let local = try await surroundings.local(step.pin)
            switch step.action {
            case .keep: continue
            case .fetch where local == (step.content?.selection == nil ? "complete" : PlanSurroundings.partial):
                continue
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

    /// What is otherwise of the objects of each step.
    private func objectChanges(_ assets: [SealedPlan.Asset], _ steps: [Step]) async -> [[PlanChange]] {
        guard let store = session.store else { return steps.map { _ in [] } }
        let keys = ObjectKey.keys(of: steps)
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

extension SealedPlan.Object {
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
