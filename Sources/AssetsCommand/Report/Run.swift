internal import AssetModel
internal import Execution
internal import Planning

/// A run that is over, as its report tells it.
struct Run: Sendable {
    /// Why a run stopped before its end.
    enum Interruption: Int32, Sendable {
        case interrupt = 130
        case termination = 143
    }

    enum Status: String, Codable, Sendable {
        case done, failed, interrupted
    }

    /// Empty where there was no plan to execute.
    var plan = Plan(steps: [], entries: [])
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
        plan.warnings + ((cacheFault.map { [$0] } ?? []) + report.cacheFaults).map(\.words)
            + ExecutionWords.unchecked(report.checksumFaults)
            + report.kept.map { words(for: $0) }
    }

    /// The plan's steps with what became of each.
    var assets: [RunAsset] {
        let results = Dictionary(report.results.map { ($0.pin, $0) }) { first, _ in first }
        return plan.steps.map { step in
            RunAsset(step: step, result: results[step.pin], isInterrupted: interruption != nil)
        }
    }

    var status: Status {
        let assets = assets
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
        return "what stood in the place of `\(kept.pin)` was not the asset, and is kept as "
            + "`\(directory)\(kept.path)`: remove it if you do not need it"
    }

    /// Where an asset is, or would be.
    func path(of pin: AssetPin, subPart: RelativePath? = nil) -> String? {
        assetsDirectory.map { directory in
            let path = ModelkitLayout.localPath(of: pin) + (subPart.map { "/\($0.text)" } ?? "")
            return PathText.joined(directory, path)
        }
    }
}

/// What became of one step.
struct RunAsset: Sendable {
    enum Outcome: String, Codable, Sendable, CaseIterable {
        case present, fetched, failed, skipped, interrupted
    }

    let step: Step
    let outcome: Outcome
    let problem: Problem?
    /// Why it was skipped.
    let missing: AssetPin?
    let downloadedObjects: Int
    let downloadedBytes: Int64

    var isInPlace: Bool { outcome == .present || outcome == .fetched }

    init(step: Step, result: AssetResult?, isInterrupted: Bool) {
        self.step = step
        downloadedObjects = result?.downloadedObjects ?? 0
        downloadedBytes = result?.downloadedBytes ?? 0
        var (problem, missing): (Problem?, AssetPin?)
        switch result?.outcome {
        case .present: outcome = .present
        case .fetched: outcome = .fetched
        case .failed(let failure):
            outcome = .failed
            problem = Problem(failure)
        case .skipped(let because):
            outcome = .skipped
            missing = because
        case .interrupted: outcome = .interrupted
        // Nobody came to it: the run ended first.
        case nil: outcome = step.action == .keep ? .present : isInterrupted ? .interrupted : .skipped
        }
        (self.problem, self.missing) = (problem, missing)
    }
}
