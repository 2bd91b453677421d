import AssetModel
import Planning
import Testing

private let digestA = SHA256Digest(bytes: Array(repeating: 0xAA, count: 32))
private let digestB = SHA256Digest(bytes: Array(repeating: 0xBB, count: 32))

extension World {
    func plan(
        _ entries: [ManifestEntry], forceDownload: Bool = false, fetches: Bool = true
    ) async throws -> Result<Plan, PlanningFailures> {
        let resolution = try await resolve(entries).get()
        let builder = PlanBuilder(facts: self, forceDownload: forceDownload, fetches: fetches)
        let (plan, failures) = await builder.plan(resolution)
        return failures.map { .failure($0) } ?? .success(plan)
    }

    func planOutcome(_ entries: [ManifestEntry], fetches: Bool = true) async throws -> [String] {
        switch try await plan(entries, fetches: fetches) {
        case .success(let plan): plan.steps.map { "\($0.action.word) \($0.pin)" }
        case .failure(let failures): failures.failures.map(\.outline)
        }
    }
}

@Suite("Plans")
struct PlanBuilderTests {
    /// The table of `PlanBuilder.step`, row by row; nil where there is no plan.
    static let actions: [(LocalState, Bool, Bool, StepAction?)] = [
        (.complete, false, true, .keep), (.complete, true, true, .refetch(.forced)),
        (.complete, false, false, .keep),
        (.partial(paths: []), false, true, .refetch(.moreFiles)), (.partial(paths: []), true, true, .refetch(.forced)),
        (.partial(paths: []), true, false, .keep),
        (.incomplete(.noMarker), false, true, .refetch(.incomplete(.noMarker))),
        (.incomplete(.noMarker), true, true, .refetch(.forced)),
        (.incomplete(.noMarker), false, false, nil), (.missing, false, true, .fetch),
        (.missing, true, true, .fetch),
        (.missing, true, false, nil),
    ]

    @Test(arguments: actions)
    func `what is done about what is there`(state: LocalState, forced: Bool, fetches: Bool, action: StepAction?)
        async throws
    {
        let world = World(store: ["a": ["1.0"]], states: ["a:1.0": state])
        let result = try await world.plan([try entry("a", line: 1)], forceDownload: forced, fetches: fetches)
        #expect((try? result.get())?.steps.map(\.action) == action.map { [$0] })
    }

    static let partials: [([String], [String], StepAction)] = [
        (["x"], ["x"], .keep), (["x", "y"], ["x"], .keep), (["x"], ["x", "y"], .refetch(.moreFiles)),
        (["x"], ["**"], .refetch(.moreFiles)), (["x", "y", "z"], ["**"], .refetch(.moreFiles)),
    ]

    @Test(arguments: partials)
    func `a part that is there is kept where it is all that is wanted`(
        there: [String], include: [String], action: StepAction
    ) async throws {
        let paths = try there.map { try RelativePath($0) }
        var world = World(store: ["a": ["1.0"]], states: ["a:1.0": .partial(paths: paths)])
        world.files = ["a:1.0": ["x", "y", "z"]]
        let plan = try await world.plan([try entry("a", line: 1, include: include)]).get()
        #expect(plan.steps.map(\.action) == [action])
    }

    @Test func `what cannot be had takes along what needs it, and nothing else`() async throws {
        var world = World(store: ["a": ["1.0"], "b": ["1.0"], "c": ["1.0"], "d": ["1.0"]])
        world.broken = ["metadata a:1.0"]
        let entries = [
            try entry("a", line: 1), try entry("b", line: 2, dependsOn: ["a"]),
            try entry("c", line: 3, dependsOn: ["b"]),
            try entry("d", line: 4),
        ]
        let resolution = try await world.resolve(entries).get()
        let (plan, failures) = await PlanBuilder(facts: world, forceDownload: false, fetches: true).plan(resolution)
        #expect(plan.steps.map(\.pin.description) == ["d:1.0"])
        #expect(
            failures?.failures.map(\.outline) == [
                "fact: contents(a:1.0) at [1, 2]", "left-out: b:1.0 needs a:1.0 at [2, 3]",
                "left-out: c:1.0 needs b:1.0 at [3]",
            ])
    }

    @Test func `steps carry contents, who needs them and what they wait for`() async throws {
        var world = World(store: ["a": ["1.0"], "b": ["1.0"], "c": ["1.0"]], states: ["b:1.0": .complete])
        world.files = ["a:1.0": ["en/x", "y"]]
        world.digests = ["c:1.0": digestA]
        let plan = try await world.plan([
            try entry("a[en]", line: 1, dependsOn: ["b", "c"]), try entry("b", line: 2),
            try entry("c", line: 3, sha256: digestA),
        ]).get()
        let (a, b, c) = (try pin("a:1.0"), try pin("b:1.0"), try pin("c:1.0"))
        let files = try ["en/x", "y"].map { ObjectFacts(path: try RelativePath($0), size: 100) }
        var pinned = ObjectFacts(path: nil, size: 10, sha256: digestA)
        pinned.recorder = .spec
        #expect(
            plan.steps == [
                Step(pin: b, action: .keep, content: nil, neededBy: [.entry("b", line: 2), .asset(a)]),
                Step(
                    pin: c, action: .fetch,
                    content: StepContent(
                        kind: .file, pushTime: 7, objects: [pinned]),
                    neededBy: [.entry("c", line: 3), .asset(a)]),
                Step(
                    pin: a, action: .fetch, content: StepContent(kind: .directory, pushTime: 7, objects: files),
                    neededBy: [.entry("a[en]", line: 1)], waitsFor: [b, c]),
            ])
        #expect(plan.entries.map(\.pin) == [a, b, c])
        #expect(!plan.isFulfilled)
        let totals = PlanTotals(plan)
        #expect(
            [totals.assets, totals.keep, totals.fetch, totals.refetch, totals.objects, totals.unknownSizes] == [
                3, 1, 2, 0, 3, 0,
            ])
        #expect(totals.bytes == 210)
    }

    @Test func `sizes that are not known are counted, and sizes beyond belief do not overflow`() throws {
        let sizes: [Int64?] = [nil, .max, 5, nil]
        let objects = sizes.map { ObjectFacts(path: nil, size: $0) }
        let step = Step(
            pin: try pin("a:1.0"), action: .refetch(.forced),
            content: StepContent(kind: .file, pushTime: 0, objects: objects))
        let totals = PlanTotals(Plan(steps: [step], entries: []))
        #expect(totals.bytes == .max)
        #expect(totals.unknownSizes == 2)
        #expect(totals.refetch == 1)
    }

    static let selections: [([String], [String], Bool)] = [
        (["en/*"], ["en/a", "en/b"], true), (["**"], ["en/a", "en/b", "fr/a"], false),
        (["**/a"], ["en/a", "fr/a"], true),
        ([], ["en/a", "en/b", "fr/a"], false),
    ]

    @Test(arguments: selections)
    func `a selection is kept only where it leaves files out`(include: [String], taken: [String], isPart: Bool)
        async throws
    {
        var world = World(store: ["a": ["1.0"]])
        world.files = ["a:1.0": ["en/a", "en/b", "fr/a"]]
        let content = try #require(
            try await world.plan([try entry("a", line: 1, include: include)]).get().steps[0].content)
        #expect(content.objects.compactMap(\.path?.text) == taken)
        #expect((content.selection != nil) == isPart)
    }

    @Test func `a directory without files can be fetched`() async throws {
        var world = World(store: ["a": ["1.0"]])
        world.files = ["a:1.0": []]
        #expect(try await world.plan([try entry("a", line: 1)]).get().steps[0].content?.objects == [])
    }

    @Test func `the pinned digest is put on the file`() async throws {
        let world = World(store: ["a": ["1.0"]])
        let content = try await world.plan([try entry("a", line: 1, sha256: digestB)]).get().steps[0].content
        #expect(content?.objects.map(\.sha256) == [digestB])
        #expect(content?.objects.map(\.recorder) == [.spec])
    }

    @Test func `parts of what is kept are looked for on the disk`() async throws {
        var world = World(store: ["a": ["1.0"]], states: ["a:1.0": .complete])
        world.localFiles = ["a:1.0": ["en/x"]]
        #expect(try await world.planOutcome([try entry("a[en]", line: 1)]) == ["keep a:1.0"])
        #expect(try await world.planOutcome([try entry("a[fr]", line: 1)]) == ["no-such-part: a:1.0[fr] [] at [1]"])
    }
}

@Suite("Failures of planning")
struct PlanFailureTests {
    private var world: World {
        var world = World(store: ["a": ["1.0"], "d": ["1.0"]])
        world.files = ["d:1.0": ["en/words.txt", "en/x", "fr/words.txt"]]
        world.digests = ["a:1.0": digestA]
        return world
    }

    @Test func `what does not fit the contents`() async throws {
        let rows: [(ManifestEntry, String)] = [
            (
                try entry("d[en/word.txt]", line: 1),
                "no-such-part: d:1.0[en/word.txt] [en/words.txt, fr/words.txt, en] at [1]"
            ),
            (try entry("d[words.txt]", line: 1), "no-such-part: d:1.0[words.txt] [en/words.txt, fr/words.txt] at [1]"),
            (try entry("d", line: 1, include: ["de/**"]), "empty-selection: d:1.0 at [1]"),
            (try entry("d", line: 1, sha256: digestA), "not-for-kind: d:1.0 sha256 at [1]"),
            (try entry("a", line: 1, include: ["*"]), "not-for-kind: a:1.0 include at [1]"),
            (try entry("a[en]", line: 1), "not-for-kind: a:1.0 [en] at [1]"),
            (try entry("a", line: 1, sha256: digestB), #"conflicting-digests: a:1.0 ["bb"] aa at [1]"#),
        ]
        for (entry, outline) in rows {
            let outcome = try await world.planOutcome([entry])
            #expect(outcome == [outline])
        }
    }

    @Test func `all failures come together`() async throws {
        var world = world
        world.store = ["a": ["1.0"], "d": ["1.0"], "m": ["1.0"], "s": ["1.0"]]
        world.broken = ["metadata m:1.0", "state s:1.0"]
        let entries = [
            try entry("s", line: 1), try entry("m", line: 2), try entry("a", line: 3, sha256: digestB),
            try entry("d[de]", line: 4, include: ["de"], sha256: digestA),
        ]
        #expect(
            try await world.planOutcome(entries) == [
                "fact: localState(s:1.0) at [1]", "fact: contents(m:1.0) at [2]",
                #"conflicting-digests: a:1.0 ["bb"] aa at [3]"#, "empty-selection: d:1.0 at [4]",
                "no-such-part: d:1.0[de] [] at [4]", "not-for-kind: d:1.0 sha256 at [4]",
            ])
    }

    @Test func `without a store everything must be there`() async throws {
        var world = world
        world.states = ["d:1.0": .incomplete(.noMarker)]
        let entries = [try entry("a", line: 1), try entry("d", line: 2)]
        #expect(
            try await world.planOutcome(entries, fetches: false) == [
                "not-present: a:1.0  at [1]", "not-present: d:1.0 noMarker at [2]",
            ])
    }
}
