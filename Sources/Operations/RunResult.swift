package import AssetModel
package import Execution
internal import ObjectStore
package import Planning

/// What a run came to.
package struct RunResult: Sendable {
    /// Empty where there was no plan to execute.
    package var plan = Plan(steps: [], entries: [])
    /// How many assets are wanted and left out of the plan, for the reasons that the faults tell.
    package var unplanned = 0
    /// Empty where nothing was executed.
    package var report = Report(results: [], seconds: 0)
    /// Absolute; nil where it is not known.
    package var assetsDirectory: String?
    /// The store in messages, without a secret.
    package var store: String?
    /// What went wrong beside the assets: the spec, the settings, planning.
    package var faults: [Fault] = []
    /// Why the cache that is set could not be opened.
    package var cacheFault: CacheFault?

    /// Of a run that came to nothing.
    package init(_ faults: Faults) { self.faults = faults.list }

    init(of session: Session, _ plan: Plan) {
        self.plan = plan
        assetsDirectory = session.directoryPath
        store = session.store?.name
    }

    /// Whether all of the plan is in place.
    var isDone: Bool {
        faults.isEmpty && [RunAsset](plan, report, isInterrupted: false).allSatisfy(\.isInPlace)
    }
}

/// What became of one step.
package struct RunAsset: Sendable {
    package enum Outcome: String, Encodable, Sendable, CaseIterable {
        case present, fetched, failed, skipped, interrupted
    }

    package let step: Step
    package let outcome: Outcome
    /// Why it failed.
    package let failure: ExecutionFailure?
    /// Why it was skipped.
    package let missing: AssetPin?
    package let downloadedObjects: Int
    package let downloadedBytes: Int64

    package var isInPlace: Bool { outcome == .present || outcome == .fetched }

    fileprivate init(step: Step, result: AssetResult?, isInterrupted: Bool) {
        self.step = step
        downloadedObjects = result?.downloadedObjects ?? 0
        downloadedBytes = result?.downloadedBytes ?? 0
        var (failure, missing): (ExecutionFailure?, AssetPin?)
        switch result?.outcome {
        case .present: outcome = .present
        case .fetched: outcome = .fetched
        case .failed(let cause):
            outcome = .failed
            failure = cause
        case .skipped(let because):
            outcome = .skipped
            missing = because
        case .interrupted: outcome = .interrupted
        // Nobody came to it: the run ended first.
        case nil: outcome = step.action == .keep ? .present : isInterrupted ? .interrupted : .skipped
        }
        (self.failure, self.missing) = (failure, missing)
    }
}

extension [RunAsset] {
    /// The plan's steps with what became of each.
    package init(_ plan: Plan, _ report: Report, isInterrupted: Bool) {
        let results = Dictionary(report.results.map { ($0.pin, $0) }) { first, _ in first }
        self = plan.steps.map { step in
            RunAsset(step: step, result: results[step.pin], isInterrupted: isInterrupted)
        }
    }
}
