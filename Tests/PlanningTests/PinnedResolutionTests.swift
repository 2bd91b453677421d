import AssetModel
import Testing

@testable import Planning

/// What a lock that has everything resolves to, and which locks have not.
@Suite("Resolving by the lock alone") struct PinnedResolutionTests {
    // MARK: Locks that do

    @Test("every entry gets the lock's version, dependencies first, and nothing is asked")
    func resolves() async throws {
        let world = World()
        let lock = try lock(["a:2.0": ["b:1"], "b:1.1": ["c"], "c:3.0": []])
        let entries = [try entry("a", line: 1), try entry("b <2", line: 2), try entry("a:2", line: 3)]
        let resolved = try #require(PinnedResolution(entries, lock, .nothing)?.resolved([0, 1, 2], world))
        #expect(resolved.all.choices.map(\.pin.description) == ["c:3.0", "b:1.1", "a:2.0"])
        #expect(resolved.all.entries.map(\.pin.description) == ["a:2.0", "b:1.1", "a:2.0"])
        #expect(resolved.all == resolved.wanted)
        #expect(!resolved.isExplained)
        #expect(await world.log.questions == [])
    }

    @Test("a choice tells what it depends on, by declaration and by the spec, and who needs it, each once")
    func edges() throws {
        let lock = try lock(["a:2.0": ["c", "b:1"], "b:1.1": [], "c:3.0": [], "d:1.0": []])
        let entries = [
            try entry("a", line: 1, dependsOn: ["d", "b:1.1"]), try entry("a:2", line: 2, dependsOn: ["d"]),
            try entry("b", line: 3), try entry("b", line: 3),
        ]
        let choices = try #require(PinnedResolution(entries, lock, .nothing)?.resolved([0, 1, 2, 3], World())).all
            .choices
        let words = choices.map { choice in
            "\(choice.pin) -> \(choice.dependencies) for \(choice.neededBy.map(Self.word))"
        }
        #expect(
            words.sorted() == [
                #"a:2.0 -> [b:1.1, c:3.0, d:1.0] for ["a at 1", "a:2 at 2"]"#,
                #"b:1.1 -> [] for ["b at 3", "a:2.0"]"#, #"c:3.0 -> [] for ["a:2.0"]"#,
                #"d:1.0 -> [] for ["a:2.0"]"#,
            ])
    }

    @Test("what entries select and pin is with the choice, and what the lock knows of a version is its content")
    func contents() async throws {
        let digest = SHA256Digest(bytes: Array(repeating: 0xAA, count: 32))
        let lock = try lock(["a:2.0": ["b:1"], "b:1.1": []])
        let entries = [try entry("a", line: 1, sha256: digest), try entry("b", line: 2, include: ["*.txt"])]
        let resolved = try #require(PinnedResolution(entries, lock, .nothing)?.resolved([0, 1], World()))
        let (b, a) = (resolved.all.choices[0], resolved.all.choices[1])
        #expect(a.sha256 == digest)
        #expect(b.sha256 == nil)
        #expect(a.selections == [.all])
        // What `a` asks for is all of it.
        #expect(b.selections.contains(entries[1].selection))
        #expect(try await resolved.facts.metadata(of: a.pin) == lock.assets[0].metadata)
        #expect(resolved.declared == [a.pin: lock.assets[0].dependencies])
    }

    @Test("of the wanted entries, nothing but what they need is wanted, and the lock keeps all")
    func wanted() throws {
        let lock = try lock(["a:2.0": ["b:1"], "b:1.1": [], "c:3.0": []])
        let entries = [try entry("a", line: 1), try entry("c", line: 2, groups: ["g"])]
        let resolved = try #require(PinnedResolution(entries, lock, .nothing)?.resolved([0], World()))
        #expect(resolved.all.choices.map(\.pin.description) == ["b:1.1", "a:2.0", "c:3.0"])
        #expect(resolved.wanted.choices.map(\.pin.description) == ["b:1.1", "a:2.0"])
        #expect(resolved.wanted.entries.map(\.pin.description) == ["a:2.0"])
    }

    @Test("it is what choosing versions comes to, but for the chains of those who ask")
    func isWhatTheSearchFinds() async throws {
        let world = World(
            store: ["a": ["2.0"], "b": ["1.1"], "c": ["3.0"]], declared: ["a:2.0": ["b:1", "c"], "b:1.1": ["c"]])
        let lock = try lock(["a:2.0": ["b:1", "c"], "b:1.1": ["c"], "c:3.0": []])
        let entries = [try entry("c:3", line: 1, dependsOn: []), try entry("a", line: 2, dependsOn: ["c"])]
        let found = try await world.resolveAll(entries, lock: lock, explains: true).get().all
        let pinned = try await world.resolveAll(entries, lock: lock, explains: false).get()
        #expect(!pinned.isExplained)
        #expect(pinned.all.entries == found.entries)
        #expect(pinned.all.choices.map(\.pin) == found.choices.map(\.pin))
        #expect(pinned.all.choices.map(\.dependencies) == found.choices.map(\.dependencies))
        #expect(pinned.all.choices.map(\.neededBy) == found.choices.map(\.neededBy))
    }

    // MARK: Locks that do not

    /// | the lock | what is asked for | why it does not do |
    static let refused: [(lock: [String: [String]], asked: [String], reason: String)] = [
        ([:], ["a"], "it is empty"),
        (["a:1.0": []], ["a", "b"], "an entry's asset is not in it"),
        (["a:1.0": []], ["a:2"], "its version does not meet an entry"),
        (["a:1.0": ["b"]], ["a"], "what a version declares is not in it"),
        (["a:1.0": ["b:2"], "b:1.0": []], ["a", "b:1"], "its version does not meet what another declares"),
        (["a:1.0": [], "a:2.0": []], ["a:1", "a:2"], "it has two versions of an asset"),
        (["a:1.0": [], "b:1.0": []], ["a"], "it has what nobody asks for any more"),
    ]

    @Test("versions are chosen where the lock has not everything as it is asked for", arguments: refused)
    func refuses(_ assets: [String: [String]], _ asked: [String], _ reason: String) throws {
        let entries = try asked.enumerated().map { try entry($1, line: $0 + 1) }
        #expect(PinnedResolution(entries, try lock(assets), .nothing) == nil, "\(reason)")
    }

    @Test("an entry's own dependency is looked for as its asset is", arguments: ["b", "a:2"])
    func refusesDependency(_ dependency: String) throws {
        let entries = [try entry("a", line: 1, dependsOn: [dependency])]
        #expect(PinnedResolution(entries, try lock(["a:1.0": []]), .nothing) == nil)
    }

    @Test(
        "versions are chosen where pins are freed, or a merge mixed some, or the lock names another version than it has"
    )
    func refusesOthers() throws {
        let entries = [try entry("a", line: 1), try entry("b", line: 2)]
        let lock = try lock(["a:1.0": ["b"], "b:1.0": []])
        #expect(PinnedResolution(entries, lock, .nothing) != nil)
        #expect(PinnedResolution(entries, lock, .everything) == nil)
        #expect(PinnedResolution(entries, lock, .only([try AssetName("c")])) == nil)
        var mixed = lock
        mixed.mixed = [try pin("c:1.0")]
        #expect(PinnedResolution(entries, mixed, .nothing) == nil)
        let other = try #require(VersioningSystem.majorMinor.version("1.1"))
        let dependency = LockedDependency(try specification("b"), is: other)
        let merged = Lock(assets: [
            LockedAsset(
                pin: try pin("a:1.0"), kind: .file, pushTime: 7, dependencies: [dependency],
                files: [ObjectFacts(path: nil)]), lock.assets[1],
        ])
        #expect(PinnedResolution(entries, merged, .nothing) == nil)
    }

    // MARK: What is wrong with the choice

    @Test("what cannot be together is left to the search, which has the words")
    func wrongChoices() throws {
        let digests = [0xAA, 0xBB].map { SHA256Digest(bytes: Array(repeating: $0, count: 32)) }
        let rows: [([String: [String]], [ManifestEntry], Bool)] = [
            (["a:1.0": ["b"], "b:1.0": ["a"]], [try entry("a", line: 1)], false),
            (["a:1.0": ["a"]], [try entry("a", line: 1)], false),
            (["a:1.0": [], "a/1.0/b:2.0": []], [try entry("a", line: 1), try entry("a/1.0/b", line: 2)], false),
            (["a:1.0": [], "a/1.1/b:2.0": []], [try entry("a", line: 1), try entry("a/1.1/b", line: 2)], true),
            (["a:1.0": []], digests.map { try? entry("a", line: 1, sha256: $0) }.compactMap(\.self), false),
            (["a:1.0": []], [try entry("a", line: 1, sha256: digests[0]), try entry("a", line: 2)], true),
        ]
        for (assets, entries, isRight) in rows {
            let pinned = try #require(PinnedResolution(entries, try lock(assets), .nothing))
            #expect((pinned.resolved(Array(entries.indices), World()) != nil) == isRight, "\(assets)")
        }
    }

    @Test("what is wrong among entries that are not wanted is wrong all the same")
    func wrongElsewhere() throws {
        let entries = [try entry("c", line: 1), try entry("a", line: 2, groups: ["g"])]
        let lock = try lock(["a:1.0": ["b"], "b:1.0": ["a"], "c:1.0": []])
        let pinned = try #require(PinnedResolution(entries, lock, .nothing))
        #expect(pinned.resolved([0], World()) == nil)
    }

    /// - Parameter assets: each version with what it declares, which the lock's own version meets.
    private func lock(_ assets: [String: [String]]) throws -> Lock {
        let pins = try assets.keys.map { try pin($0) }
        return Lock(
            assets: try assets.map { text, declared in
                let dependencies = try declared.map { text in
                    let dependency = try specification(text)
                    let chosen = pins.first { $0.name == dependency.name }?.version
                    return LockedDependency(
                        dependency, is: try chosen ?? #require(VersioningSystem.majorMinor.version("1.0")))
                }
                return LockedAsset(
                    pin: try pin(text), kind: .file, pushTime: 7, dependencies: dependencies,
                    files: [ObjectFacts(path: nil, size: 4)])
            })
    }

    private static func word(_ requirer: Requirer) -> String {
        switch requirer {
        case .entry(let text, let line): "\(text) at \(line)"
        case .asset(let pin): pin.description
        }
    }
}
