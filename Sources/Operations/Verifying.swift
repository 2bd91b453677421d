package import AssetModel
package import Execution
package import FileSystem
package import Planning

/// Compares a resolution's assets with the lock.
package struct Verifying: Sendable {
    private let session: Session
    private let directory: Directory

    package init(session: Session, directory: Directory) {
        self.session = session
        self.directory = directory
    }

    package func verify(_ resolution: Resolution) async throws(Faults) -> [VerifiedAsset] {
        let locked = Dictionary(
            session.lock.lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let subjects = resolution.choices.compactMap { choice in
            locked[choice.pin].map { Verification.Subject($0, choice.selections) }
        }
        do throws(FileError) {
            let results = try await Verification(directory: directory).verify(subjects)
            return zip(subjects, results).map { VerifiedAsset(pin: $0.asset.pin, result: $1) }
        } catch {
            throw Faults(.file(error))
        }
    }

    /// Why what is there is fetched again.
    package func damaged(_ results: [VerifiedAsset]) -> [AssetPin: AnyErrorDetail] {
        Dictionary(
            results.compactMap { result in
                result.result.faults.first.map { fault in
                    let others = result.result.faults.count - 1
                    return (result.pin, AnyErrorDetail(FoundDamage(kind: fault.kind, path: fault.path, others: others)))
                }
            }, uniquingKeysWith: { first, _ in first })
    }
}

/// What verifying found first in an asset that is fetched again.
package struct FoundDamage: ErrorDetail {
    package let kind: Verification.Fault.Kind
    /// Of the file; nil for the asset itself.
    package let path: RelativePath?
    /// How much more was found.
    package let others: Int

    package init(kind: Verification.Fault.Kind, path: RelativePath?, others: Int = 0) {
        self.kind = kind
        self.path = path
        self.others = others
    }
}

extension Plan {
    /// Without the files that a repair keeps, as `StandingFiles` takes them.
    package func keeping(intactOf results: [VerifiedAsset]) -> Plan {
        let faults = Dictionary(results.map { ($0.pin, $0.result.faults) }, uniquingKeysWith: { first, _ in first })
        var plan = self
        for index in plan.steps.indices {
            guard case .refetch(.damaged) = steps[index].action, steps[index].content?.kind == .directory else {
                continue
            }
            let damaged = Set((faults[steps[index].pin] ?? []).compactMap(\.path))
            plan.steps[index].content?.objects.removeAll { object in
                object.sha256 != nil && object.path.map { !damaged.contains($0) } ?? false
            }
        }
        return plan
    }
}

/// An asset of the lock with what is wrong with it.
package struct VerifiedAsset: Sendable {
    package let pin: AssetPin
    package let result: Verification.Result
}
