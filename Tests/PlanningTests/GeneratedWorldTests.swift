import AssetModel
import Planning
import Testing

/// Thousands of small specs and stores, against rules that are written here a second time, in plain numbers.
@Suite("Generated worlds")
struct GeneratedWorldTests {
    static let batches = Array(0..<8)
    static let batchSize = 300

    static func seeds(_ batch: Int) -> Range<Int> { batch * batchSize..<(batch + 1) * batchSize }

    @Test(arguments: batches)
    func `every resolution keeps the rules`(batch: Int) async throws {
        for seed in Self.seeds(batch) {
            let sketch = Sketch(seed: seed)
            let result = await sketch.world.resolveAll(
                try sketch.entries(), duplicates: sketch.duplicates, groups: sketch.groups)
            let expected = sketch.expectedFailures()
            switch result {
            case .success(let resolved) where expected?.contains { $0.hasPrefix("duplicates") } == true:
                // A choice that is not the highest.
                #expect(try sketch.singleFaults(of: resolved) == [], "seed \(seed)")
            case .success(let resolved):
                #expect(expected == [], "seed \(seed)")
                #expect(try sketch.faults(of: resolved) == [], "seed \(seed)")
            case .failure(let failures):
                if failures.failures.contains(where: { $0.code == "unsettled" }) {
                    #expect(sketch.mayHaveCircle && expected == nil, "seed \(seed)")
                    continue
                }
                let found = Set(failures.failures.filter { $0.code != "circle" }.map { "\($0.code) \($0.subject)" })
                #expect(found == expected, "seed \(seed)")
                let circles = failures.failures.filter { $0.code == "circle" }
                #expect(circles.isEmpty || sketch.mayHaveCircle, "seed \(seed)")
                #expect(!circles.contains { !$0.isRealCircle }, "seed \(seed)")
            }
        }
    }

    @Test(arguments: batches)
    func `neither the order of entries nor that of answers matters`(batch: Int) async throws {
        for seed in Self.seeds(batch) {
            let sketch = Sketch(seed: seed)
            let entries = try sketch.entries()
            let expected = Facts(
                await sketch.world.resolve(entries, duplicates: sketch.duplicates, groups: sketch.groups))
            var random = SeededGenerator(seed: seed + 1_000_000)
            var late = sketch.world
            let delays = Dictionary(
                uniqueKeysWithValues: Sketch.names.map { ($0, Int.random(in: 0..<6, using: &random)) })
            late.delay = { delays[$0] ?? 0 }
            let shuffled = entries.shuffled(using: &random)
            let found = Facts(await late.resolve(shuffled, duplicates: sketch.duplicates, groups: sketch.groups))
            #expect(found == expected, "seed \(seed)")
        }
    }

    @Test(arguments: batches)
    func `a plan has a step for each choice, in the same order`(batch: Int) async throws {
        for seed in Self.seeds(batch) {
            let sketch = Sketch(seed: seed)
            let result = await sketch.world.resolve(try sketch.entries(), groups: sketch.groups)
            guard case .success(let resolution) = result else { continue }
            let plan = await PlanBuilder(facts: sketch.world, forceDownload: false, fetches: true).plan(resolution)
                .plan
            #expect(plan.steps.map(\.pin) == resolution.choices.map(\.pin), "seed \(seed)")
            #expect(plan.steps.map(\.waitsFor) == resolution.choices.map(\.dependencies), "seed \(seed)")
        }
    }

    @Test(arguments: batches)
    func `a lock of what was chosen gives the same again, and nothing is asked`(batch: Int) async throws {
        var taken = 0
        for seed in Self.seeds(batch) {
            let sketch = Sketch(seed: seed)
            let entries = try sketch.entries()
            let first = await sketch.world.resolveAll(entries, duplicates: sketch.duplicates, groups: sketch.groups)
            guard case .success(let resolved) = first else { continue }
            let lock = try Lock(resolved)
            for explains in [true, false] {
                let world = sketch.world
                let again = try await world.resolveAll(
                    entries, duplicates: sketch.duplicates, groups: sketch.groups, lock: lock, explains: explains
                ).get()
                #expect(again.all.outline == resolved.all.outline, "seed \(seed)")
                #expect(again.wanted.outline == resolved.wanted.outline, "seed \(seed)")
                #expect(again.declared == resolved.declared, "seed \(seed)")
                #expect(await world.log.questions.isEmpty, "seed \(seed)")
            }
            if Set(lock.assets.map(\.pin.name)).count == lock.assets.count { taken += 1 }
        }
        #expect(taken > 20, "too few are taken as they are")
    }

    @Test func `the worlds are worth it`() async throws {
        var outcomes: Set<String> = []
        for seed in Self.seeds(0) {
            let sketch = Sketch(seed: seed)
            switch await sketch.world.resolve(
                try sketch.entries(), duplicates: sketch.duplicates, groups: sketch.groups)
            {
            case .success(let resolution):
                outcomes.insert("success")
                if resolution.warnings.contains(where: { if case .sideBySide = $0 { true } else { false } }) {
                    outcomes.insert("side by side")
                }
                if resolution.choices.contains(where: { $0.neededBy.count > 1 }) { outcomes.insert("shared") }
            case .failure(let failures): outcomes.formUnion(failures.failures.map(\.code))
            }
        }
        #expect(
            outcomes == ["success", "side by side", "shared", "unknown-asset", "no-version", "duplicates", "circle"])
    }
}

/// What of a result must not depend on any order: all but the entries' own order.
private struct Facts: Equatable {
    let choices: [Choice]
    let entries: [String]
    let warnings: [ResolutionWarning]
    let failures: [String]

    init(_ result: Result<Resolution, PlanningFailures>) {
        switch result {
        case .success(let resolution):
            choices = resolution.choices
            entries = resolution.entries.map { "\($0)" }.sorted()
            warnings = resolution.warnings
            failures = []
        case .failure(let found):
            (choices, entries, warnings) = ([], [], [])
            failures = found.failures.map { "\($0)" }
        }
    }
}

extension PlanningFailure {
    /// Whether each pin's demand is met by the next pin, and the last one's by the first.
    fileprivate var isRealCircle: Bool {
        guard case .circle(let pins, let demands) = self, pins.count == demands.count else { return false }
        return zip(demands, pins.dropFirst() + pins.prefix(1)).allSatisfy { demand, next in
            demand.specification.name == next.name && demand.specification.requirement.isMet(by: next.version)
        }
    }

    var subject: String {
        switch self {
        case .unknownAsset(let name, _, _, _), .noVersion(let name, _, _, _), .duplicates(let name, _, _): name.text
        default: ""
        }
    }
}

extension Lock {
    fileprivate init(_ resolved: Resolved) throws {
        var assets: [LockedAsset] = []
        for choice in resolved.all.choices {
            guard let metadata = try resolved.facts.contents[choice.pin]?.get() else { continue }
            assets.append(
                LockedAsset(
                    pin: choice.pin, kind: metadata.kind, pushTime: metadata.pushTime,
                    dependencies: resolved.declared[choice.pin] ?? [], files: metadata.objects))
        }
        self.init(assets: assets)
    }
}

extension Resolution {
    /// All of it but who makes the demands, and warnings.
    fileprivate var outline: [String] {
        choices.map { "\($0.pin) \($0.dependencies) \($0.neededBy) \($0.selections) \($0.sha256?.hex ?? "")" }
            + entries.map { "\($0.entry.specification) \($0.pin)" }
    }
}
