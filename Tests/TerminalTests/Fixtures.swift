import AssetModel
import Execution
import Planning
import Words

@testable import AssetsCommand

func pin(_ text: String) throws -> AssetPin {
    let parts = text.split(separator: ":").map(String.init)
    let version = AssetVersion(text: parts[1], components: [])
    return AssetPin(name: try AssetName(parts[0]), version: version)
}

/// A step that fetches objects of these sizes; the plan knows none of them where `sizes` is nil.
func fetchStep(_ name: String, sizes: [Int64]? = nil, kind: AssetKind = .file) throws -> Step {
    let objects = (sizes.map { $0.map(Optional.some) } ?? [nil]).map { ObjectFacts(path: nil, size: $0) }
    let content = StepContent(kind: kind, pushTime: 0, objects: objects)
    return Step(pin: try pin(name), action: .fetch, content: content)
}

func keepStep(_ name: String) throws -> Step {
    Step(pin: try pin(name), action: .keep, content: nil)
}

func plan(_ names: String...) throws -> Plan {
    Plan(steps: try names.map { try fetchStep($0) }, entries: [])
}

func entry(_ specification: String, _ name: String) throws -> ResolvedEntry {
    let parsed = try AssetSpecification(parsing: specification, in: .majorMinor)
    return ResolvedEntry(
        entry: ManifestEntry(name: parsed.name, requirement: parsed.requirement, subPart: parsed.subPart),
        pin: try pin(name))
}

/// A run of events with their times, through a renderer, and the lines that it prints.
struct Rehearsal<Renderer: ProgressRenderer> {
    var renderer: Renderer
    var moment: ProgressMoment
    var lines: [String] = []

    init(_ renderer: Renderer, _ plan: Plan) {
        self.renderer = renderer
        moment = ProgressMoment(model: ProgressModel(plan), time: 0)
    }

    mutating func say(_ event: ExecutionEvent, at time: Double) {
        moment.time = time
        moment.model.apply(event, at: time)
        lines += renderer.lines(for: event, moment)
    }

    mutating func tick(at time: Double) {
        moment.time = time
        lines += renderer.linesOfTick(moment)
    }

    var text: String { lines.map { $0 + "\n" }.joined() }
}
