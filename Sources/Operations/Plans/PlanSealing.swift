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
    package func save(_ plan: Plan, to path: String) async throws(Faults) {
        let sealed = try await seal(plan)
        do {
            try WholeFile.write(Array(try JSONText.document(sealed).utf8), to: path)
        } catch let error as FileError {
            throw Faults(.plan(.unwritable(error, path: path)))
        } catch {
            throw Faults(.unexpected(error))
        }
    }

    func seal(_ plan: Plan) async throws(Faults) -> SealedPlan {
        var assets: [SealedPlan.Asset] = []
        for step in plan.steps {
            let objects = try await objects(of: step)
            assets.append(
                SealedPlan.Asset(
                    name: step.pin.name.text, version: step.pin.version.text, action: step.action.word,
                    reason: step.action.reason, kind: step.content?.kind, pushTime: step.content?.pushTime,
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
        for (asset, step) in zip(sealed.assets, plan.steps) {
            if let difference = locked[step.pin].flatMap(step.difference) {
                changes.append(.content(step.pin, difference, in: .lock))
            }
            let local = try await local(step.pin)
            if local != asset.local, !isOurs || step.action == .keep {
                changes.append(.local(step.pin, was: asset.local, now: local))
            }
            let listed = try await contentChange(of: step)
            changes += listed.map { [$0] } ?? []
            if listed == nil { changes += await objectChanges(asset, step) }
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

    private func objects(of step: Step) async throws(Faults) -> [SealedPlan.Object] {
        guard let content = step.content, let store = session.store else { return [] }
        var objects: [SealedPlan.Object] = []
        for (facts, answer) in zip(content.objects, await heads(of: step.pin, content, store)) {
            do throws(StoreError) {
                let attributes = try answer.get()
                objects.append(
                    SealedPlan.Object(
                        path: facts.path?.text, storedSize: attributes.size, entityTag: attributes.entityTag,
                        size: attributes.encoding == nil ? attributes.size : facts.size, sha256: facts.sha256?.hex,
                        checksum: facts.sha256 == nil ? facts.checksum?.tagged : nil))
            } catch {
                throw Faults(Fault(error))
            }
        }
        return objects
    }

    private func heads(
        of pin: AssetPin, _ content: StepContent, _ store: any ObjectStore
    ) async -> [Result<ObjectAttributes, StoreError>] {
        await concurrentMap(content.objects) { object in
            do throws(StoreError) {
                return .success(try await store.head(ObjectKey(of: pin, path: object.path)))
            } catch {
                return .failure(error)
            }
        }
    }

    private func objectChanges(_ asset: SealedPlan.Asset, _ step: Step) async -> [PlanChange] {
        guard let content = step.content, let store = session.store else { return [] }
        let answers = await heads(of: step.pin, content, store)
        return zip(asset.objects, answers).compactMap { object, answer in
            let address = store.address(
                of: ObjectKey(of: step.pin, path: object.path.flatMap { try? RelativePath($0) }))
            switch answer {
            case .failure(let error) where error.kind == .notFound: return .gone(address: address)
            case .failure(let error): return .unreadable(address: address, detail: error.detail)
            case .success(let attributes):
                if attributes.size != object.storedSize {
                    return .size(address: address, was: object.storedSize, now: attributes.size)
                }
                return attributes.entityTag == object.entityTag ? nil : .otherContent(address: address)
            }
        }
    }
}

extension StepAction {
    var reason: String? {
        guard case .refetch(let reason) = self else { return nil }
        return reason.words
    }
}
