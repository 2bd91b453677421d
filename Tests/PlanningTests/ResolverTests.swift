import AssetModel
import Planning
import Testing

private let digestA = SHA256Digest(bytes: Array(repeating: 0xAA, count: 32))
private let digestB = SHA256Digest(bytes: Array(repeating: 0xBB, count: 32))

@Suite("Choosing versions")
struct VersionChoiceTests {
    private let world = World(store: ["a": ["10.3", "2.0", "1.9", "1.10", "1.0"], "b": ["1.0"], "c": ["0.1"]])

    static let singles: [(String, String)] = [
        ("a", "a:10.3"), ("a:latest", "a:10.3"), ("a:1", "a:1.10"), ("a:10", "a:10.3"), ("a:1.9", "a:1.9"),
        ("a:2", "a:2.0"),
        ("a <2", "a:1.10"), ("a >=1.10, <3", "a:2.0"), ("a !=10", "a:2.0"), ("a =1", "a:1.10"), ("a <=1.9", "a:1.9"),
    ]

    @Test(arguments: singles)
    func `one entry gets the highest version that meets it`(text: String, chosen: String) async throws {
        #expect(await world.outcome([try entry(text, line: 1)]) == [chosen])
    }

    static let pairs: [(String, String, [String])] = [
        ("a:1", "a", ["a:1.10"]), ("a:1", "a:1.9", ["a:1.9"]), ("a <2", "a >1.0", ["a:1.10"]),
        ("a:1", "a:2", ["a:1.10", "a:2.0"]), ("a:1.0", "a:10", ["a:1.0", "a:10.3"]),
    ]

    @Test(arguments: pairs)
    func `two entries share a version where one meets both`(one: String, other: String, chosen: [String]) async throws {
        let entries = [try entry(one, line: 1), try entry(other, line: 2)]
        #expect(await world.outcome(entries) == chosen)
        #expect(await world.outcome(entries.reversed()) == chosen)
        let denied = await world.outcome(entries, duplicates: .deny)
        #expect(denied == (chosen.count == 1 ? chosen : ["duplicates: a at [1, 2]"]))
    }

    @Test func `each entry gets the highest of the versions taken that meets it`() async throws {
        let entries = [
            try entry("a", line: 1), try entry("a:1.0", line: 2),
            try entry("c", line: 3, dependsOn: ["a:2.0", "a:1.0"]),
        ]
        let resolution = try await world.resolve(entries).get()
        #expect(resolution.entries.map(\.pin.description) == ["a:2.0", "a:1.0", "c:0.1"])
    }

    @Test func `the version that meets the most demands is taken first`() async throws {
        let world = World(store: ["a": ["9.0", "5.0", "2.0"], "c": ["1.0"]])
        let entries = [try entry("a:2.0", line: 1), try entry("a >=2, <9", line: 2), try entry("a >=5", line: 3)]
        #expect(await world.outcome(entries) == ["a:2.0", "a:5.0"])
        // A second demand for 2.0 makes it first, so that nothing but `>=5` is left to choose for.
        let more = entries + [try entry("c", line: 4, dependsOn: ["a:2.0"])]
        #expect(await world.outcome(more) == ["a:2.0", "a:9.0", "c:1.0"])
    }

    @Test func `a clash names only the demands that make it`() async throws {
        let entries = [
            try entry("a", line: 1), try entry("a <=2.0", line: 2), try entry("a >1.10", line: 3),
            try entry("a:1", line: 4),
            try entry("a >=1.0", line: 5),
        ]
        #expect(await world.outcome(entries, duplicates: .deny) == ["duplicates: a at [3, 4]"])
    }

    @Test func `local and stored versions are put together`() async throws {
        let world = World(store: ["a": ["1.0"]], local: ["a": ["1.1"], "b": ["3.0"]])
        let entries = [try entry("a:1", line: 1), try entry("b", line: 2)]
        let resolution = try await world.resolve(entries).get()
        #expect(resolution.choices.map(\.pin.description) == ["a:1.1", "b:3.0"])
        #expect(
            resolution.warnings == [.notInStore(try pin("a:1.1"), inStore: [try pin("a:1.0").version])])
    }

    @Test func `every name is asked for once, with all that is asked of it`() async throws {
        let entries = [
            try entry("a:1", line: 1, dependsOn: ["b:1.0", "a:2.0"]),
            try entry("a:latest", line: 2, dependsOn: ["b:1.0"]),
            try entry("c:0.1", line: 3, dependsOn: ["a:1"]),
        ]
        _ = await world.resolve(entries)
        #expect(
            await world.log.questions.sorted() == [
                "metadata a:1.10", "metadata a:2.0", "metadata b:1.0", "metadata c:0.1",
                "versions a [1, 2.0, latest]", "versions b [1.0]", "versions c [0.1]",
            ])
    }
}

@Suite("Warnings of the resolver")
struct ResolutionWarningTests {
    @Test func `versions side by side are named with who asks for each`() async throws {
        let world = World(store: ["a": ["2.0", "1.4"], "b": ["3.1"]])
        let entries = [try entry("a:2", line: 4), try entry("b:3", line: 9, dependsOn: ["a:1"])]
        #expect(
            try await world.resolve(entries).get().warnings.map(outline) == [
                "a side by side: 2.0 for a:2 (assets.yaml:4); 1.4 for b:3 (assets.yaml:9) → a:1"
            ])
    }

    @Test func `modelkit would take 10.3 for 1`() async throws {
        let world = World(store: ["a": ["10.3", "1.4"]])
        #expect(
            try await world.resolve([try entry("a:1", line: 4)]).get().warnings.map(outline) == [
                "a:1 (assets.yaml:4) in 1.4, modelkit 10.3 by 1"
            ])
    }

    private func outline(_ warning: ResolutionWarning) -> String {
        switch warning {
        case .sideBySide(let name, let shares):
            let shares = shares.map { "\($0.version) for \($0.demands.map(\.words).joined(separator: ", "))" }
            return "\(name) side by side: \(shares.joined(separator: "; "))"
        case .modelkitTakes(let theirs, let demand, let version, let major):
            return "\(demand.words) in \(version), modelkit \(theirs) by \(major)"
        case .noList, .notInStore, .modelkitPart, .unlocked: return "\(warning)"
        }
    }

    @Test(arguments: ["a", "a:1.4", "a >=1, <2", "a:10", "a:2"])
    func `modelkit would take the same`(text: String) async throws {
        let world = World(store: ["a": ["10.3", "2.1", "1.4"]])
        #expect(try await world.resolve([try entry(text, line: 1)]).get().warnings.isEmpty)
    }
}

@Suite("Dependencies")
struct DependencyTests {
    @Test func `a dependency without an entry is added, whole and before what needs it`() async throws {
        let world = World(store: ["a": ["1.0"], "z": ["2.0", "1.5"]])
        let resolution = try await world.resolve([try entry("a", line: 3, dependsOn: ["z:1"])]).get()
        let (a, z) = (try pin("a:1.0"), try pin("z:1.5"))
        #expect(resolution.choices.map(\.pin) == [z, a])
        #expect(resolution.choices[0].neededBy == [.asset(a)])
        #expect(resolution.choices[0].selections == [.all])
        #expect(resolution.choices[1].neededBy == [.entry("a", line: 3)])
        #expect(resolution.choices[1].dependencies == [z])
        #expect(resolution.entries.map(\.pin) == [a])
    }

    @Test func `a dependency shares the version of an entry`() async throws {
        let world = World(store: ["a": ["1.0"], "b": ["1.9", "1.2"]])
        let entries = [try entry("a", line: 1, dependsOn: ["b:1"]), try entry("b:1.2", line: 2)]
        #expect(await world.outcome(entries) == ["b:1.2", "a:1.0"])
    }

    @Test func `what is free comes by name and version`() async throws {
        let world = World(store: ["a": ["1.0"], "b": ["10.0", "9.0"], "c": ["1.0"], "d": ["1.0"]])
        let entries = [
            try entry("d", line: 1), try entry("b:10.0", line: 2), try entry("b:9.0", line: 3), try entry("c", line: 4),
            try entry("a", line: 5, dependsOn: ["d"]),
        ]
        #expect(await world.outcome(entries) == ["b:9.0", "b:10.0", "c:1.0", "d:1.0", "a:1.0"])
    }

    @Test func `a plan has the entries of the groups asked for, with the versions that do for all`() async throws {
        let world = World(store: ["a": ["2.0", "1.0"], "b": ["1.0"], "c": ["1.0"]])
        let entries = [
            try entry("a", line: 1), try entry("a:1.0", line: 2, groups: ["old"]),
            try entry("b", line: 3, dependsOn: ["c"], groups: ["new", "old"]),
        ]
        #expect(await world.outcome(entries) == ["a:1.0"])
        #expect(await world.outcome(entries, groups: ["new"]) == ["a:1.0", "c:1.0", "b:1.0"])
        #expect(await world.outcome(entries, groups: ["old"]) == ["a:1.0", "c:1.0", "b:1.0"])
        #expect(await world.outcome(entries, groups: ["odl", "new"]) == ["unknown-group: odl at []"])
    }

    @Test func `entries with one version are one choice with all that they select`() async throws {
        let world = World(store: ["a": ["1.0"], "b": ["1.0"]])
        let parts = [try entry("a:1", line: 1, include: ["x/**"]), try entry("a:1.0", line: 2, include: ["b*"])]
        let choice = try #require(try await world.resolve(parts).get().choices.first)
        #expect(choice.selections.map { $0.include.map(\.pattern) } == [["b*"], ["x/**"]])
        let whole = try await world.resolve(parts + [try entry("a", line: 3)]).get().choices
        #expect(whole.map(\.selections) == [[.all]])
        let part = try await world.resolve(
            parts + [try entry("b", line: 3, dependsOn: ["a[y*.txt]"])]
        )
        .get().choices[0]
        #expect(part.selections.map { $0.include.map(\.pattern) } == [["b*"], ["x/**"], ["y\\*.txt", "y\\*.txt/**"]])
    }
}

@Suite("Failures of the resolver")
struct ResolverFailureTests {
    @Test func `all failures come together, in the order of the spec`() async throws {
        var world = World(store: [
            "a": ["1.0"], "b": ["2.0", "1.0"], "c": ["1.0"], "d": ["1.0"], "nlp/x": ["1.0"], "e": [],
        ])
        world.broken = ["d"]
        let entries = [
            try entry("c", line: 1, dependsOn: ["nlp/y", "c"]), try entry("d", line: 2), try entry("a:2", line: 3),
            try entry("b:1", line: 4), try entry("b:2", line: 5), try entry("e", line: 6),
            try entry("vision/x", line: 7, dependsOn: ["a:2"]),
        ]
        let outcome = await world.outcome(entries, duplicates: .deny, groups: ["g"])
        #expect(
            outcome
                == [
                    "unknown-group: g at []", "circle: [c:1.0] at [1]", "unknown-asset: nlp/y [nlp/x] at [1]",
                    "fact: versions(d) at [2]", "no-version: a at [3, 7]", "duplicates: b at [4, 5]",
                    "no-version: e at [6]", "unknown-asset: vision/x [nlp/x] at [7]",
                ])
    }

    @Test func `circles, each the shortest through its first asset`() async throws {
        let names = ["a", "b", "c", "d", "e", "x", "y"]
        let world = World(store: Dictionary(uniqueKeysWithValues: names.map { ($0, ["1.0"]) }))
        let entries = [
            try entry("a", line: 1, dependsOn: ["b", "d"]), try entry("b", line: 2, dependsOn: ["c"]),
            try entry("c", line: 3, dependsOn: ["a"]), try entry("d", line: 4, dependsOn: ["a", "e"]),
            try entry("e", line: 5),
            try entry("y", line: 6, dependsOn: ["x", "a"]), try entry("x", line: 7, dependsOn: ["y"]),
        ]
        let expected = ["circle: [a:1.0, d:1.0] at [1, 4]", "circle: [x:1.0, y:1.0] at [7, 6]"]
        #expect(await world.outcome(entries) == expected)
        #expect(await world.outcome(entries.reversed()) == expected)
    }

    @Test func `a circle names the first place in the spec that makes each step of it`() async throws {
        let world = World(store: ["a": ["1.0"], "b": ["1.0"]])
        let entries = [
            try entry("a:1", line: 1, dependsOn: ["b"]), try entry("a:1.0", line: 2, dependsOn: ["b"]),
            try entry("b", line: 3, dependsOn: ["a"]),
        ]
        #expect(await world.outcome(entries) == ["circle: [a:1.0, b:1.0] at [1, 3]"])
        #expect(await world.outcome(entries.reversed()) == ["circle: [a:1.0, b:1.0] at [1, 3]"])
    }

    static let overlaps: [([String], [String])] = [
        (["a:1.0", "a/1.0:2.0"], ["overlap: a:1.0 a/1.0:2.0 at [1, 2]"]),
        (["a:1.0", "a/1.0/b/c:2.0"], ["overlap: a:1.0 a/1.0/b/c:2.0 at [1, 2]"]),
        (["a:1.0", "a/1.00:2.0"], ["a:1.0", "a/1.00:2.0"]), (["a:1.0", "a/b:2.0"], ["a:1.0", "a/b:2.0"]),
        (["a:1.0", "b/a/1.0:2.0"], ["a:1.0", "b/a/1.0:2.0"]),
    ]

    @Test(arguments: overlaps)
    func `one asset may not be inside another's version`(texts: [String], outcome: [String]) async throws {
        let pins = try texts.map { try pin($0) }
        let world = World(store: Dictionary(uniqueKeysWithValues: pins.map { ($0.name.text, [$0.version.text]) }))
        #expect(await world.outcome(try texts.enumerated().map { try entry($1, line: $0 + 1) }) == outcome)
    }

    @Test func `two entries cannot pin two contents of one version`() async throws {
        let world = World(store: ["a": ["1.0"]])
        let one = [
            try entry("a:1", line: 1, sha256: digestB), try entry("a:1.0", line: 2, sha256: digestB),
            try entry("a", line: 3),
        ]
        #expect(try await world.resolve(one).get().choices.map(\.sha256) == [digestB])
        let two = one + [try entry("a", line: 4, sha256: digestA)]
        #expect(await world.outcome(two) == [#"conflicting-digests: a:1.0 ["aa", "bb"]  at [1, 2, 4]"#])
    }
}

@Suite("Large specs")
struct LargeResolutionTests {
    @Test func `ten thousand entries with three dependencies each`() async throws {
        let names = (0..<10_000).map { "group\($0 % 10)/n\($0)" }
        let world = World(store: Dictionary(uniqueKeysWithValues: names.map { ($0, ["1.0"]) }))
        let entries = try names.indices.map { index in
            try entry(
                names[index], line: index + 1,
                dependsOn: [1, 7, 9_000].filter { $0 <= index }.map { names[index - $0] })
        }
        let resolution = try await world.resolve(entries).get()
        #expect(resolution.choices.count == names.count)
        let plan = await PlanBuilder(facts: world, forceDownload: false, fetches: true).plan(resolution).plan
        #expect(PlanTotals(plan).fetch == names.count)
    }

    @Test func `a chain of ten thousand, and the same as a circle`() async throws {
        let names = (0..<10_000).map { "n\($0)" }
        let world = World(store: Dictionary(uniqueKeysWithValues: names.map { ($0, ["1.0"]) }))
        let chain = try names.indices.map {
            try entry(names[$0], line: $0 + 1, dependsOn: $0 == 0 ? [] : [names[$0 - 1]])
        }
        #expect(try await world.resolve(chain).get().choices.map(\.pin.name.text) == names)
        let circle = [try entry(names[0], line: 1, dependsOn: [names[9_999]])] + chain.dropFirst()
        guard case .failure(let failures) = await world.resolve(circle),
            case .circle(let pins, _)? = failures.failures.first
        else {
            Issue.record("no circle was found")
            return
        }
        #expect(pins.count == names.count)
    }
}
