import AssetModel
import Planning

/// What a store and an assets directory hold, in dictionaries.
struct World: AssetFacts {
    /// Versions in the store; an asset without a key is not in the store.
    var store: [String: [String]] = [:]
    var local: [String: [String]] = [:]
    /// Nil says `missing` for everything.
    var states: [String: LocalState] = [:]
    /// Files of a directory asset; one without a key is a file asset.
    var files: [String: [String]] = [:]
    var localFiles: [String: [String]] = [:]
    var digests: [String: SHA256Digest] = [:]
    /// What the `.meta` of a version declares, as specification strings.
    var declared: [String: [String]] = [:]
    /// Whose facts cannot be had.
    var broken: Set<String> = []
    /// How often a question waits for others before it is answered.
    var delay: @Sendable (String) -> Int = { _ in 0 }
    let log = QuestionLog()

    struct Broken: Error {}

    func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        await ask("versions \(name) \(requirements)", name.text)
        if broken.contains(name.text) { throw Broken() }
        let inStore = store[name.text].map { $0.compactMap(VersioningSystem.majorMinor.version) }
        let local = (local[name.text] ?? []).compactMap(VersioningSystem.majorMinor.version)
        return KnownVersions(inStore: inStore, local: local, places: ["store/\(name).versions"])
    }

    func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState {
        await ask("state \(pin)", pin.description)
        if broken.contains("state \(pin)") { throw Broken() }
        return states[pin.description] ?? .missing
    }

    func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        await ask("metadata \(pin)", pin.description)
        if broken.contains("metadata \(pin)") { throw Broken() }
        guard let files = files[pin.description] else {
            let object = ObjectFacts(path: nil, size: 10, sha256: digests[pin.description])
            return VersionMetadata(
                kind: .file, pushTime: 7, objects: [object], dependencies: try dependencies(of: pin))
        }
        let objects = try files.map { ObjectFacts(path: try RelativePath($0), size: 100) }
        return VersionMetadata(
            kind: .directory, pushTime: 7, objects: objects, dependencies: try dependencies(of: pin))
    }

    private func dependencies(of pin: AssetPin) throws -> [AssetSpecification] {
        try (declared[pin.description] ?? []).map { try AssetSpecification(parsing: $0, in: .majorMinor) }
    }

    func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool {
        await ask("part \(pin)[\(part)]", pin.description)
        return (localFiles[pin.description] ?? []).contains { $0 == part.text || $0.hasPrefix(part.text + "/") }
    }

    func names(near name: AssetName) async -> [AssetName] {
        await ask("names \(name)", name.text)
        return store.keys.compactMap { try? AssetName($0) }
    }

    private func ask(_ question: String, _ subject: String) async {
        await log.note(question)
        for _ in 0..<delay(subject) { await Task.yield() }
    }
}

/// What was asked, and how often. An actor because questions come from many tasks.
actor QuestionLog {
    private(set) var questions: [String] = []

    func note(_ question: String) { questions.append(question) }
}

/// A number generator that a seed determines (SplitMix64, https://prng.di.unimi.it/splitmix64.c).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

// MARK: Specs in a line

/// An entry as `a:1`, `a >=1, <3` or `a:1[part]`, at a line.
func entry(
    _ text: String, line: Int, dependsOn: [String] = [], groups: [String] = [], include: [String] = [],
    sha256: SHA256Digest? = nil
) throws -> ManifestEntry {
    let specification = try specification(text)
    return ManifestEntry(
        name: specification.name, requirement: specification.requirement, subPart: specification.subPart,
        dependsOn: try dependsOn.map {
            ManifestDependency(try PlanningTests.specification($0), excerpt: excerpt($0, line))
        },
        groups: groups, selection: FileSelection(include: include.compactMap { Glob($0) }, exclude: []), sha256: sha256,
        excerpt: excerpt(text, line))
}

func specification(_ text: String) throws -> AssetSpecification {
    guard let space = text.firstIndex(of: " ") else { return try AssetSpecification(parsing: text, in: .majorMinor) }
    let requirement = try VersionRequirement(parsing: String(text[space...]), in: .majorMinor)
    return AssetSpecification(name: try AssetName(String(text[..<space])), requirement: requirement)
}

private func excerpt(_ text: String, _ line: Int) -> SourceExcerpt {
    let location = SourceLocation(file: "assets.yaml", line: line, column: 5)
    return SourceExcerpt(location: location, line: "  - \(text)", length: text.unicodeScalars.count)
}

func manifest(_ entries: [ManifestEntry]) -> Manifest { Manifest(file: "assets.yaml", entries: entries) }

func pin(_ text: String) throws -> AssetPin {
    let specification = try specification(text)
    guard let version = specification.requirement.exactVersion else { throw World.Broken() }
    return AssetPin(name: specification.name, version: version)
}

extension World {
    func resolve(
        _ entries: [ManifestEntry], duplicates: DuplicatesPolicy = .allow, groups: Set<String> = []
    ) async -> Result<Resolution, PlanningFailures> {
        await resolveAll(entries, duplicates: duplicates, groups: groups).map(\.wanted)
    }

    /// With the lock's pins, those that are freed apart.
    func resolveAll(
        _ entries: [ManifestEntry], duplicates: DuplicatesPolicy = .allow, groups: Set<String> = [],
        lock: Lock = .empty,
        upgrade: Upgrade = .nothing, explains: Bool = true
    ) async -> Result<Resolved, PlanningFailures> {
        await Resolver(facts: self, duplicates: duplicates, lock: lock, upgrade: upgrade)
            .resolve(manifest(entries), groups: groups, explains: explains)
    }

    /// The versions that were chosen, or the words for why none were.
    func outcome(
        _ entries: [ManifestEntry], duplicates: DuplicatesPolicy = .allow, groups: Set<String> = []
    ) async -> [String] {
        switch await resolve(entries, duplicates: duplicates, groups: groups) {
        case .success(let resolution): resolution.choices.map(\.pin.description)
        case .failure(let failures): failures.failures.map(\.outline)
        }
    }
}

extension PlanningFailure {
    /// Code, subject and lines: enough to tell one failure from another.
    var outline: String {
        let subject: String =
            switch self {
            case .unknownGroup(let group, _, _): group
            case .unknownAsset(let name, _, let nearest, _): "\(name) \(nearest)"
            case .noVersion(let name, _, _, _), .duplicates(let name, _, _): name.text
            case .circle(let pins, _): "\(pins)"
            case .overlap(let outer, let inner, _): "\(outer) \(inner)"
            case .noSuchPart(let pin, let part, _, let nearest): "\(pin)[\(part)] \(nearest)"
            case .notForKind(let pin, _, let what, _): "\(pin) \(what)"
            case .emptySelection(let pin, _, _, _): pin.description
            case .conflictingDigests(let pin, let digests, let recorded, _):
                "\(pin) \(digests.map { $0.hex.prefix(2) }) \(recorded.map { $0.hex.prefix(2) } ?? "")"
            case .notPresent(let pin, let reason, _, _): "\(pin) \(reason.map { "\($0)" } ?? "")"
            case .leftOut(let pin, let dependency, _): "\(pin) needs \(dependency)"
            case .unsettled(let names, _): "\(names)"
            case .fact(let subject, _, _): "\(subject)"
            }
        return "\(code): \(subject) at \(demands.compactMap { $0.excerpt?.location.line })"
    }
}
