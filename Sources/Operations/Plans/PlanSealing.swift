internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
package import Planning

/// Makes a plan into one that says what it assumes: what the store and the directory have now. `PlanComparison` looks again.
package struct PlanSealing: Sendable {
    private let session: Session
    private let surroundings: PlanSurroundings

    package init(session: Session) {
        self.session = session
        surroundings = PlanSurroundings(session: session)
    }

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
                    waitsFor: step.waitsFor.map(\.description), local: try await surroundings.local(step.pin)))
        }
        return SealedPlan(
            versioning: session.settings.versioning.value.name, assetsDir: session.directoryPath,
            isDirectoryEmpty: try surroundings.isDirectoryEmpty(), store: session.store?.name,
            lock: session.lock.exists ? session.lock.path.map(AbsolutePath.of) : nil, assets: assets,
            entries: plan.entries.map {
                SealedPlan.Entry(
                    name: $0.entry.name.text, requirement: $0.entry.requirement.description,
                    part: $0.entry.subPart?.text, asset: $0.pin.description)
            })
    }

    /// The objects of each step, with what the store tells of them; those of all steps are asked for at the same time.
    private func objects(of steps: [Step]) async throws(Faults) -> [[SealedPlan.Object]] {
        guard let store = session.store else { return steps.map { _ in [] } }
        let facts = steps.map { $0.content?.objects ?? [] }
        let told = try await concurrentAttempts(ObjectKey.keys(of: steps).flatMap(\.self)) { key throws(Faults) in
            do throws(StoreError) {
                return try await store.head(key)
            } catch {
                throw Faults(.store(error))
            }
        }
        let objects = zip(facts.flatMap(\.self), told).map { SealedPlan.Object($0, $1) }
        return objects.divided(by: facts.map(\.count))
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
}
