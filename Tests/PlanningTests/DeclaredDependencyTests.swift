import AssetModel
import Planning
import Testing

@Suite("What versions depend on by themselves")
struct DeclaredDependencyTests {
    @Test func `dependencies come in to any depth, before what needs them`() async throws {
        let world = World(
            store: ["a": ["1.0"], "b": ["1.1", "1.0"], "c": ["2.0"]],
            declared: ["a:1.0": ["b:1"], "b:1.1": ["c"]])
        #expect(await world.outcome([try entry("a", line: 1)]) == ["c:2.0", "b:1.1", "a:1.0"])
    }

    @Test func `every fact is asked for once, and those of one depth at the same time`() async throws {
        let world = World(
            store: ["a": ["1.0"], "b": ["1.0"], "c": ["1.0"], "d": ["1.0"]],
            declared: ["a:1.0": ["b", "c"], "b:1.0": ["d"], "c:1.0": ["d"]])
        _ = await world.resolve([try entry("a", line: 1)])
        let questions = await world.log.questions
        #expect(Set(questions).count == questions.count)
        #expect(questions.count == 8)
    }

    @Test func `a version that a lower one takes the place of depends on nothing any more`() async throws {
        let world = World(
            store: ["a": ["2.0", "1.0"], "b": ["1.0"], "c": ["1.0"]],
            declared: ["a:2.0": ["c"], "b:1.0": ["a:1"]])
        #expect(await world.outcome([try entry("a", line: 1), try entry("b", line: 2)]) == ["a:1.0", "b:1.0"])
    }

    @Test func `a chain of ten thousand is resolved`() async throws {
        let names = (0..<10_000).map { "n\($0)" }
        let world = World(
            store: Dictionary(uniqueKeysWithValues: names.map { ($0, ["1.0"]) }),
            declared: Dictionary(uniqueKeysWithValues: zip(names, names.dropFirst()).map { ("\($0):1.0", [$1]) }))
        let choices = try await world.resolve([try entry("n0", line: 1)]).get().choices
        #expect(choices.map(\.pin.description) == names.reversed().map { "\($0):1.0" })
        // The chain to the last is told by its ends.
        let demand = try #require(choices.first?.demands.first)
        #expect(demand.words.hasSuffix("n9997:1.0 → n9998:1.0 → n9999"))
        #expect(demand.words.hasPrefix("n0 (assets.yaml:1) → … 9991 more … → "))
    }

    @Test func `a circle is printed with what each declares`() async throws {
        let world = World(
            store: ["a": ["1.0"], "b": ["1.0"]], declared: ["a:1.0": ["b"], "b:1.0": ["a:1"]])
        #expect(await world.outcome([try entry("a", line: 3)]) == ["circle: [a:1.0, b:1.0] at [3, 3]"])
    }

    @Test func `versions of a circle that nobody wants any more are gone`() async throws {
        // 2.0 of `a` brings in a circle of `b` and `c`; what `d` asks of `a` takes it away again.
        let world = World(
            store: ["a": ["2.0", "1.0"], "b": ["1.0"], "c": ["1.0"], "d": ["1.0"], "e": ["1.0"]],
            declared: ["a:2.0": ["b"], "b:1.0": ["c"], "c:1.0": ["b"], "d:1.0": ["e"], "e:1.0": ["a:1"]])
        let outcome = await world.outcome([try entry("a", line: 1), try entry("d", line: 2)])
        #expect(outcome == ["a:1.0", "e:1.0", "d:1.0"])
    }

    @Test func `versions that no choice suits for long are said to be so`() async throws {
        let world = World(
            store: ["a": ["2.0", "1.0"], "b": ["2.0", "1.0"]], declared: ["b:2.0": ["a:1"], "a:1.0": ["b:1"]])
        let outcome = await world.outcome([try entry("a", line: 1), try entry("b", line: 2)])
        #expect(outcome == ["unsettled: [a, b] at [1, 2]"])
    }

    @Test func `what an unknown dependency is required by is told to the entry`() async throws {
        let world = World(store: ["a": ["1.0"], "b": ["1.0"]], declared: ["a:1.0": ["b"], "b:1.0": ["c:1"]])
        guard case .failure(let failures) = await world.resolve([try entry("a", line: 7)]) else {
            Issue.record("it resolves")
            return
        }
        let words = failures.failures.first?.demands.map(\.words)
        #expect(words == ["a (assets.yaml:7) → b:1.0 → c:1"])
    }

    @Test func `a version whose dependencies cannot be read fails alone`() async throws {
        var world = World(store: ["a": ["1.0"], "b": ["1.0"]], states: ["a:1.0": .complete])
        world.broken = ["metadata a:1.0"]
        let resolved = try await world.resolveAll([try entry("a", line: 1), try entry("b", line: 2)]).get()
        let (plan, failures) = await PlanBuilder(facts: resolved.facts, forceDownload: false, fetches: true)
            .plan(resolved.wanted)
        #expect(plan.steps.map(\.pin.description) == ["b:1.0"])
        #expect(failures?.failures.map(\.outline) == ["fact: dependencies(a:1.0) at [1]"])
    }
}

@Suite("Pins of a lock")
struct LockedVersionTests {
    private func lock(_ pins: [String], declared: [String: [(String, String)]] = [:]) throws -> Lock {
        Lock(
            assets: try pins.map { text in
                let dependencies = try (declared[text] ?? []).map { wanted, version in
                    LockedDependency(
                        try AssetSpecification(parsing: wanted, in: .majorMinor),
                        is: try #require(VersioningSystem.majorMinor.version(version)))
                }
                return LockedAsset(
                    pin: try pin(text), kind: .file, pushTime: 7, dependencies: dependencies,
                    files: [ObjectFacts(path: nil, size: 1)])
            })
    }

    private let world = World(store: ["a": ["2.0", "1.4", "1.3"], "b": ["3.0"]], declared: ["a:1.4": ["b"]])

    private func chosen(_ text: String, _ lock: Lock, upgrade: Upgrade = .nothing) async throws -> [String] {
        try await world.resolveAll([try entry(text, line: 1)], lock: lock, upgrade: upgrade).get().all.choices
            .map(\.pin.description)
    }

    @Test func `what is pinned stays, and nothing is asked`() async throws {
        let lock = try lock(["a:1.3", "b:1.0"], declared: ["a:1.3": [("b:1", "1.0")]])
        #expect(try await chosen("a:1", lock) == ["b:1.0", "a:1.3"])
        #expect(await world.log.questions.isEmpty)
    }

    @Test func `what does not meet the requirement any more is chosen anew`() async throws {
        #expect(try await chosen("a >=1.4, <2", try lock(["a:1.3"])) == ["b:3.0", "a:1.4"])
    }

    @Test func `what is freed is the highest again`() async throws {
        let lock = try lock(["a:1.3"])
        #expect(try await chosen("a", lock) == ["a:1.3"])
        #expect(try await chosen("a", lock, upgrade: .everything) == ["a:2.0"])
        #expect(try await chosen("a", lock, upgrade: .only([try AssetName("a")])) == ["a:2.0"])
        #expect(try await chosen("a", lock, upgrade: .only([try AssetName("b")])) == ["a:1.3"])
    }

    @Test func `one version is shared with what is new where the pinned one does`() async throws {
        let entries = [try entry("a", line: 1), try entry("a:1", line: 2), try entry("b", line: 3)]
        let resolved = try await world.resolveAll(entries, lock: try lock(["a:1.3"])).get()
        #expect(resolved.all.choices.map(\.pin.description) == ["a:1.3", "b:3.0"])
        #expect(await world.log.questions.sorted() == ["metadata b:3.0", "versions b [latest]"])
    }

    @Test func `what nobody asks for any more is left out`() async throws {
        #expect(try await chosen("a:1", try lock(["a:1.3", "b:3.0"])) == ["a:1.3"])
    }
}
