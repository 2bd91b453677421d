import AssetModel
import Planning
import Testing

@Suite("Forming and comparing locks")
struct LockFormationTests {
    private let world = World(
        store: ["a": ["2.0", "1.0"], "b": ["1.1", "1.0"]], files: ["b:1.1": ["z.txt", "a/b.txt"]],
        declared: ["a:2.0": ["b:1"]])

    private let digest = SHA256Digest(bytes: Array(repeating: 0xAA, count: 32))

    private func resolved(_ texts: String..., lock: Lock = .empty) async throws -> Resolved {
        let entries = try texts.enumerated().map { try entry($1, line: $0 + 1) }
        return try await world.resolveAll(entries, lock: lock).get()
    }

    private func lock(_ texts: String...) throws -> Lock {
        Lock(
            assets: try texts.map { text in
                LockedAsset(
                    pin: try pin(text), kind: .file, pushTime: 3, dependencies: [],
                    files: [ObjectFacts(path: nil, size: 4, sha256: digest)])
            })
    }

    // MARK: Comparing

    static let changes: [(old: [String], new: [String], versions: [String])] = [
        ([], ["b:1.0"], ["b -[] +[1.0]"]), (["b:1.0"], [], ["b -[1.0] +[]"]), (["b:1.0"], ["b:1.0"], []),
        (["b:1.0", "a:1.0"], ["b:1.1", "a:1.0"], ["b -[1.0] +[1.1]"]),
        (["b:1.0"], ["b:1.0", "b:1.1"], ["b -[] +[1.1]"]),
        (["b:1.0", "b:1.1"], ["a:1.0"], ["a -[] +[1.0]", "b -[1.0, 1.1] +[]"]),
    ]

    @Test(arguments: changes)
    func `changes are the versions of each asset that leave and that enter`(
        change: (old: [String], new: [String], versions: [String])
    ) async throws {
        let entries = try change.new.enumerated().map { try entry($1, line: $0 + 1) }
        let assets = try change.old.flatMap { try lock($0).assets }
        let changes = LockChanges(from: Lock(assets: assets), to: try await world.resolveAll(entries).get())
        #expect(changes.versions.map(Self.outline) == change.versions)
        #expect(changes.isEmpty == change.versions.isEmpty)
    }

    private static func outline(_ change: LockChanges.Versions) -> String {
        let (removed, added) = (change.removed.map(\.text), change.added.map(\.text))
        return "\(change.name) -[\(removed.joined(separator: ", "))] +[\(added.joined(separator: ", "))]"
    }

    @Test func `a version that stays and depends on another one is a change`() async throws {
        let changes = LockChanges(from: try lock("a:2.0", "b:1.1"), to: try await resolved("a:2.0"))
        #expect(changes.versions.isEmpty)
        #expect(changes.dependencies.map(\.pin.description) == ["a:2.0"])
        #expect(changes.dependencies.first?.new.map(\.description) == ["b:1.1"])
        #expect(!changes.isEmpty)
    }

    // MARK: Forming

    @Test func `a new version is as the store tells it, its files sorted`() async throws {
        let assets = LockFormation(try await resolved("a:2.0"), from: .empty).assets(fetched: [:])
        #expect(assets.map(\.pin.description).sorted() == ["a:2.0", "b:1.1"])
        let directory = try #require(assets.first { $0.kind == .directory })
        #expect(directory.files.map { $0.path?.text } == ["a/b.txt", "z.txt"])
        let file = try #require(assets.first { $0.kind == .file })
        #expect(file.dependencies.map(\.pin.description) == ["b:1.1"])
        #expect(file.pushTime == 7)
    }

    @Test func `a version of the old lock keeps what that knew of it`() async throws {
        let old = try lock("b:1.0")
        let assets = LockFormation(try await resolved("b:1.0", lock: old), from: old).assets(fetched: [:])
        #expect(assets == old.assets)
    }

    @Test func `what was fetched is known better`() async throws {
        let old = try lock("b:1.0")
        let other = SHA256Digest(bytes: Array(repeating: 0xBB, count: 32))
        let fetched = [try pin("b:1.0"): [nil as RelativePath?: ObjectFacts(path: nil, size: 9, sha256: other)]]
        let assets = LockFormation(try await resolved("b:1.0", lock: old), from: old).assets(fetched: fetched)
        #expect(assets.first?.files == [ObjectFacts(path: nil, size: 9, sha256: other)])
    }

    @Test func `a version whose content is not known leaves no lock`() async throws {
        var world = world
        world.broken = ["metadata b:1.0"]
        let resolved = try await world.resolveAll([try entry("b:1.0", line: 1)]).get()
        #expect(LockFormation(resolved, from: .empty).unknown.first is World.Broken)
    }
}

@Suite("Differences between a plan and what is recorded")
struct ContentDifferenceTests {
    private static let path = try? RelativePath("a.txt")
    private static let digests = [0xAA, 0xBB].map { SHA256Digest(bytes: Array(repeating: UInt8($0), count: 32)) }

    private static func content(_ file: ObjectFacts, selection: [FileSelection]? = nil) -> StepContent {
        StepContent(kind: .directory, pushTime: 7, objects: [file], selection: selection)
    }

    private static func recorded(
        _ files: [ObjectFacts], kind: AssetKind = .directory, pushTime: Int64 = 7,
        dependencies: [AssetSpecification] = []
    ) -> VersionMetadata {
        VersionMetadata(kind: kind, pushTime: pushTime, objects: files, dependencies: dependencies)
    }

    @Test func `each kind of difference is found`() throws {
        let file = ObjectFacts(path: Self.path, size: 3, sha256: Self.digests[0])
        let other = ObjectFacts(path: try RelativePath("b.txt"), size: 3)
        let dependency = try specification("b:1")
        let rows: [(VersionMetadata, ContentDifference?)] = [
            (Self.recorded([file]), nil),
            (Self.recorded([file], kind: .file), .kind(.directory)),
            (Self.recorded([file], pushTime: 8), .pushTime),
            (Self.recorded([other]), .noFile(Self.path)),
            (Self.recorded([ObjectFacts(path: Self.path, sha256: Self.digests[1])]), .digest(Self.path)),
            (Self.recorded([ObjectFacts(path: Self.path, size: 4)]), .size(Self.path)),
            (Self.recorded([ObjectFacts(path: Self.path)]), nil),
            (Self.recorded([file, other]), .fileCount(recorded: 2, planned: 1)),
            (Self.recorded([file], dependencies: [dependency]), .dependency(dependency)),
        ]
        for (metadata, difference) in rows {
            let step = Step(pin: try pin("a:1.0"), action: .fetch, content: Self.content(file))
            #expect(step.difference(from: metadata) == difference)
        }
    }

    @Test func `what a selection leaves out, and what the step waits for, is no difference`() throws {
        let file = ObjectFacts(path: Self.path, size: 3)
        let other = ObjectFacts(path: try RelativePath("b.txt"), size: 3)
        let step = Step(
            pin: try pin("a:1.0"), action: .fetch, content: Self.content(file, selection: []),
            waitsFor: [try pin("b:1.4")])
        let metadata = Self.recorded([file, other], dependencies: [try specification("b:1")])
        #expect(step.difference(from: metadata) == nil)
        #expect(Step(pin: try pin("a:1.0"), action: .keep, content: nil).difference(from: metadata) == nil)
    }
}
