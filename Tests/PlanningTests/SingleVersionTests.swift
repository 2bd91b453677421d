import AssetModel
import Planning
import Testing

@Suite("One version of each asset")
struct SingleVersionTests {
    @Test func `a lower version is taken where the highest needs another one of something`() async throws {
        let world = World(
            store: ["a": ["2.0", "1.0"], "b": ["1.0"], "c": ["2.0", "1.0"]],
            declared: ["a:2.0": ["c:2"], "a:1.0": ["c:1"], "b:1.0": ["c:1"]])
        let entries = [try entry("a", line: 1), try entry("b", line: 2)]
        #expect(await world.outcome(entries, duplicates: .deny) == ["c:1.0", "a:1.0", "b:1.0"])
        #expect(await world.outcome(entries) == ["c:1.0", "b:1.0", "c:2.0", "a:2.0"])
    }

    @Test func `what no choice can meet is told with the chains of those who ask`() async throws {
        let world = World(
            store: ["a": ["2.0", "1.0"], "b": ["1.0"], "c": ["2.0", "1.0"]],
            declared: ["a:2.0": ["c:2"], "a:1.0": ["c:2"], "b:1.0": ["c:1"]])
        let entries = [try entry("a", line: 1), try entry("b", line: 2)]
        #expect(await world.outcome(entries, duplicates: .deny) == ["duplicates: c at [1, 2]"])
        // However many choices were made, each fact was asked once.
        let questions = await world.log.questions
        #expect(Set(questions).count == questions.count)
    }

    @Test func `a lock's pins move where they have to`() async throws {
        let world = World(
            store: ["a": ["2.0", "1.0"], "b": ["1.0"], "c": ["2.0", "1.0"]],
            declared: ["a:2.0": ["c:2"], "a:1.0": ["c:1"], "b:1.0": ["c:1"]])
        let pinned = try LockedAsset(
            pin: pin("a:2.0"), kind: .file, pushTime: 7,
            dependencies: [
                LockedDependency(
                    AssetSpecification(parsing: "c:2", in: .majorMinor), is: pin("c:2.0").version)
            ], files: [ObjectFacts(path: nil)])
        let entries = [try entry("a", line: 1), try entry("b", line: 2)]
        let resolved = try await world.resolveAll(entries, duplicates: .deny, lock: Lock(assets: [pinned])).get()
        #expect(resolved.all.choices.map(\.pin.description) == ["c:1.0", "a:1.0", "b:1.0"])
    }

    /// Small worlds, and every choice of one version or none for each name tried.
    @Test(arguments: 0..<1500)
    func `what is found is right, and is found where there is anything`(seed: Int) async throws {
        let world = TinyWorld(seed: seed)
        let outcome = await world.facts.resolveAll(try world.entries(), duplicates: .deny)
        switch outcome {
        case .success(let resolved):
            let chosen = Dictionary(
                resolved.all.choices.map { ($0.pin.name.text, $0.pin.version.text) },
                uniquingKeysWith: { one, _ in one })
            #expect(chosen.count == resolved.all.choices.count)
            #expect(world.isRight(chosen))
        case .failure: #expect(!world.choices.contains(where: world.isRight), "seed \(seed)")
        }
    }
}

/// Three names of up to three versions; each version may ask for names after its own.
private struct TinyWorld {
    static let names = ["a", "b", "c"]
    static let texts = ["2.1", "2.0", "1.0"]

    private var declared: [String: [(name: String, major: String)]] = [:]
    private let asked: [(name: String, major: String)]

    init(seed: Int) {
        var random = SeededGenerator(seed: seed)
        func wish(_ name: String) -> (name: String, major: String) {
            (name, ["", "1", "2"].randomElement(using: &random) ?? "")
        }
        for (place, name) in Self.names.enumerated() {
            for text in Self.texts {
                let others = Self.names[(place + 1)...].filter { _ in Bool.random(using: &random) }
                declared["\(name):\(text)"] = others.map(wish)
            }
        }
        asked = Self.names.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)).map(wish)
    }

    private static func text(_ wish: (name: String, major: String)) -> String {
        wish.major.isEmpty ? wish.name : "\(wish.name):\(wish.major)"
    }

    var facts: World {
        World(
            store: Dictionary(uniqueKeysWithValues: Self.names.map { ($0, Self.texts) }),
            declared: declared.mapValues { $0.map(Self.text) })
    }

    func entries() throws -> [ManifestEntry] {
        try asked.enumerated().map { try entry(Self.text($1), line: $0 + 1) }
    }

    /// Every one.
    var choices: [[String: String]] {
        Self.names.reduce([[:]]) { choices, name in
            choices.flatMap { choice in [choice] + Self.texts.map { choice.merging([name: $0]) { $1 } } }
        }
    }

    func isRight(_ chosen: [String: String]) -> Bool {
        let wishes = asked + chosen.flatMap { declared["\($0.key):\($0.value)"] ?? [] }
        return wishes.allSatisfy { wish in chosen[wish.name]?.hasPrefix(wish.major) ?? false }
    }
}
