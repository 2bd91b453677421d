internal import AssetModel
internal import Execution
internal import Operations
internal import Planning
internal import Words

/// A run that is over, as its report tells it.
struct Run: Sendable {
    /// Why a run stopped before its end.
    enum Interruption: Int32, Sendable {
        case interrupt = 130
        case termination = 143
    }

    enum Status: String, Encodable, Sendable {
        case done, failed, interrupted
    }

    /// Empty where there was no plan to execute.
    var plan = Plan(steps: [], entries: [])
    /// How many assets are wanted and left out of the plan, for the reasons that the problems tell.
    var unplanned = 0
    /// Empty where nothing was executed.
    var report = Report(results: [], seconds: 0)
    /// Absolute; nil where it is not known.
    var assetsDirectory: String?
    /// The store in messages, without a secret.
    var store: String?
    /// What went wrong beside the assets: the spec, the settings, planning.
    var problems: [Problem] = []
    var interruption: Interruption?
    /// Why the cache that is set could not be opened.
    var cacheFault: CacheFault?

    /// What is worth knowing and stopped nothing.
    var warnings: [String] {
        plan.warnings.sentences + ((cacheFault.map { [$0] } ?? []) + report.cacheFaults).map(\.words)
            + ExecutionWords.unchecked(report.checksumFaults)
            + report.kept.map { words(for: $0) }
    }

    /// The plan's steps with what became of each.
    var assets: [RunAsset] { [RunAsset](plan, report, isInterrupted: interruption != nil) }

    /// Why assets failed, a cause once, with those that failed for the same.
    var failures: [AssetFailures] {
        assets.reduce(into: []) { failures, asset in
            guard let problem = asset.problem else { return }
            if let same = failures.firstIndex(where: { $0.first.isSame(as: problem) }) {
                failures[same].others.append(asset.step.pin)
            } else {
                failures.append(AssetFailures(pin: asset.step.pin, first: problem))
            }
        }
    }

    var status: Status { status(of: assets) }

    /// - Parameter assets: its own.
    func status(of assets: [RunAsset]) -> Status {
        if interruption != nil || assets.contains(where: { $0.outcome == .interrupted }) { return .interrupted }
        let isWhole = problems.isEmpty && assets.allSatisfy(\.isInPlace)
        return isWhole ? .done : .failed
    }

    /// 0 for a run that is whole; otherwise of the interruption, or else of the first error.
    var exitStatus: Int32 {
        switch status {
        case .done: 0
        case .interrupted: (interruption ?? .interrupt).rawValue
        case .failed: (problems + assets.compactMap(\.problem)).first?.exitStatus ?? 1
        }
    }

    private func words(for kept: KeptContent) -> String {
        let directory = assetsDirectory.map { $0.hasSuffix("/") ? $0 : "\($0)/" } ?? ""
        return
            "unrelated content in the place of `\(kept.pin)` was moved to `\(directory)\(kept.path)`: remove it if it is not "
            + "needed"
    }

    /// Where an asset is, or would be.
    func path(of pin: AssetPin, subPart: RelativePath? = nil) -> String? {
        assetsDirectory.map { directory in
            let path = ModelkitLayout.localPath(of: pin) + (subPart.map { "/\($0.text)" } ?? "")
            return PathText.joined(directory, path)
        }
    }
}

extension Run {
    init(_ result: RunResult) {
        plan = result.plan
        unplanned = result.unplanned
        report = result.report
        assetsDirectory = result.assetsDirectory
        store = result.store
        problems = Problems(Faults(result.faults)).list
        cacheFault = result.cacheFault
    }

    func interrupted(by signal: CInt?) -> Run {
        var run = self
        // A signal that came after the last asset was in place interrupted nothing.
        if run.status != .done { run.interruption = signal.flatMap { Interruption(rawValue: 128 + $0) } }
        return run
    }
}

/// Assets that failed for one cause.
struct AssetFailures: Sendable {
    let pin: AssetPin
    /// That of the asset.
    let first: Problem
    var others: [AssetPin] = []

    /// That of the asset, with the others.
    var problem: Problem { first.adding(alsoFailed(others.map(\.description))) }
}

extension RunAsset {
    /// Why it failed.
    var problem: Problem? { failure.map { Problem($0) } }
}
