internal import Execution
package import Planning

/// Resolves a spec and makes its lock, and fetches nothing.
package struct Locking: Sendable {
    private let session: Session
    private let observer: any OperationObserver

    package init(_ session: Session, _ observer: any OperationObserver) {
        self.session = session
        self.observer = observer
    }

    /// The lock that is to be written; writes nothing.
    package func propose() async throws(Faults) -> LockProposal {
        let resolved = try await Planner(session: session, groups: []).resolve().get()
        observer.warn(resolved.all.warnings.map(OperationWarning.resolution))
        try refuseNowhere(resolved)
        let built = await LockBuilding(session: session)
            .lock(resolved, Plan(steps: [], entries: []), Report(results: [], seconds: 0))
        guard let lock = built.lock, built.faults.isEmpty else { throw Faults(built.faults + built.unknown) }
        observer.warn(built.warnings)
        return LockProposal(
            old: session.lock, new: lock, changes: LockChanges(from: session.lock.lock, to: resolved),
            resolution: resolved.all)
    }

    /// - Throws: where the lock would not have what it is said to.
    private func refuseNowhere(_ resolved: Resolved) throws(Faults) {
        let failures = LockFormation(resolved, from: session.lock.lock).nowhere.map { choice, error in
            PlanningFailure.fact(subject: .contents(choice.pin), error: error, demands: choice.demands)
        }
        guard failures.isEmpty else { throw Faults(.planning(PlanningFailures(failures))) }
    }
}

/// A lock that is to stand in the place of another.
package struct LockProposal: Sendable {
    package let old: SpecLock
    package let new: Lock
    package let changes: LockChanges
    /// What it pins, and for what.
    let resolution: Resolution

    /// Puts it in place, whole or not at all.
    package func write() throws(Faults) { try old.write(new) }
}
