internal import AssetModel

/// Finds versions such that every demand is met: those of the spec, and those of the versions themselves.
///
/// Names are chosen for again and again as demands on them come and go, all that can be at a time; what is asked of the
/// store is asked once. Where no name depends on itself, straight or through others, every choice is final once those that
/// it depends on are, so that it ends after as many rounds as the longest chain has names. Where names do, it may go on for
/// ever, and is ended.
struct VersionSearch {
    let entries: [ManifestEntry]
    private let facts: any AssetFacts
    private let duplicates: DuplicatesPolicy
    private let pinned: PinnedVersions
    /// Versions that must not be chosen.
    private let excluded: Set<AssetPin>

    /// What is wished of a name, and what came of it.
    private struct Node {
        var wishes: [DemandOrigin: VersionRequirement] = [:]
        var answer: Result<KnownVersions, any Error>?
        var pins: [DemandOrigin: AssetPin] = [:]
        var chosen: Set<AssetPin> = []
    }

    private var nodes: [AssetName: Node] = [:]
    private var dirty: Set<AssetName> = []
    /// Whether a version that was chosen is no more: only then can others be left that nobody wants.
    private var hasDropped = false
    /// Of every version that was ever chosen.
    private(set) var contents: [AssetPin: Result<VersionMetadata, any Error>] = [:]
    /// Names whose versions depend on each other so that no choice stays.
    private(set) var unsettled: [AssetName] = []

    init(
        entries: [ManifestEntry], facts: any AssetFacts, duplicates: DuplicatesPolicy, pinned: PinnedVersions,
        excluding excluded: Set<AssetPin> = []
    ) {
        self.entries = entries
        self.facts = facts
        self.duplicates = duplicates
        self.pinned = pinned
        self.excluded = excluded
        for (number, entry) in entries.enumerated() {
            wish(entry.specification, .entry(number))
            for (place, dependency) in entry.dependsOn.enumerated() {
                wish(dependency.specification, .dependsOn(number, place))
            }
        }
    }

    mutating func run() async {
        var rounds = 0
        var restless: Set<AssetName> = []
        while !dirty.isEmpty {
            let names = dirty.sorted()
            rounds += 1
            let limit = 2 * nodes.count + 16
            // Those that are chosen for in the last rounds are those that do not come to rest.
            if rounds > limit - 8 { restless.formUnion(names) }
            guard rounds <= limit else {
                unsettled = restless.sorted()
                return
            }
            dirty = []
            await ask(names)
            await choose(names)
            // Versions of a circle can keep each other when nobody else wants them any more.
            if dirty.isEmpty, hasDropped { dropUnreachable() }
        }
    }

    // MARK: Wishes

    private mutating func wish(_ specification: AssetSpecification, _ origin: DemandOrigin) {
        nodes[specification.name, default: Node()].wishes[origin] = specification.requirement
        dirty.insert(specification.name)
    }

    private mutating func add(_ pin: AssetPin) {
        for (place, specification) in declared(pin).enumerated() { wish(specification, .version(pin, place)) }
    }

    private mutating func drop(_ pin: AssetPin) {
        hasDropped = true
        for (place, specification) in declared(pin).enumerated() {
            nodes[specification.name]?.wishes[.version(pin, place)] = nil
            dirty.insert(specification.name)
        }
    }

    private func declared(_ pin: AssetPin) -> [AssetSpecification] { (try? contents[pin]?.get().dependencies) ?? [] }

    // MARK: Rounds

    /// Asks for the versions of those that the pinned ones do not do for.
    private mutating func ask(_ names: [AssetName]) async {
        let questions = names.compactMap { name -> Question? in
            guard let node = nodes[name], !node.wishes.isEmpty else { return nil }
            let requirements = Set(node.wishes.values)
            guard needsAnswer(name, node, requirements) else { return nil }
            return Question(name: name, requirements: requirements.sorted { $0.description < $1.description })
        }
        let answers = await concurrentMap(questions) { [facts] question in
            await Result.catching {
                try await facts.versions(of: question.name, requirements: question.requirements)
            }
        }
        for (question, answer) in zip(questions, answers) { nodes[question.name]?.answer = answer }
    }

    private struct Question: Sendable {
        let name: AssetName
        let requirements: [VersionRequirement]
    }

    private func needsAnswer(_ name: AssetName, _ node: Node, _ requirements: Set<VersionRequirement>) -> Bool {
        switch node.answer {
        // What is excluded may be what is pinned.
        case nil: !excluded.isEmpty || pinned.versions(of: name, for: requirements, duplicates) == nil
        case .success(let known) where known.isPartial:
            !requirements.allSatisfy { known.all.contains(where: $0.isMet(by:)) }
        case .success, .failure: false
        }
    }

    private mutating func choose(_ names: [AssetName]) async {
        var added: [AssetPin] = []
        for name in names {
            guard let node = nodes[name] else { continue }
            let pins = choice(name, node)
            let chosen = Set(pins.values)
            nodes[name]?.pins = pins
            nodes[name]?.chosen = chosen
            for pin in node.chosen.subtracting(chosen) { drop(pin) }
            added += chosen.subtracting(node.chosen).sorted()
        }
        let unknown = added.filter { contents[$0] == nil }
        let found = await concurrentMap(unknown) { [facts, pinned] pin in
            if let asset = pinned.asset(pin) { return Result<VersionMetadata, any Error>.success(asset.metadata) }
            return await Result.catching { try await facts.metadata(of: pin) }
        }
        for (pin, content) in zip(unknown, found) { contents[pin] = content }
        for pin in added { add(pin) }
    }

    private func choice(_ name: AssetName, _ node: Node) -> [DemandOrigin: AssetPin] {
        guard !node.wishes.isEmpty, let versions = candidates(name, node) else { return [:] }
        let wishes = Array(node.wishes)
        let sharing = VersionSharing(wishes.map(\.value), versions: versions)
        return Dictionary(
            uniqueKeysWithValues: sharing.assigned().map {
                (wishes[$0].key, AssetPin(name: name, version: $1))
            })
    }

    /// Those preferred first; nil where nothing is known.
    private func candidates(_ name: AssetName, _ node: Node) -> [AssetVersion]? {
        guard let answer = node.answer else {
            return pinned.versions(of: name, for: Set(node.wishes.values), duplicates)
        }
        let versions = (try? answer.get()).map { pinned.preferred($0.all, of: name) }
        guard !excluded.isEmpty else { return versions }
        return versions?.filter { !excluded.contains(AssetPin(name: name, version: $0)) }
    }

    private mutating func dropUnreachable() {
        hasDropped = false
        var unreached = Set(nodes.values.flatMap(\.chosen)).subtracting(reachable(from: entries.indices).map(\.pin))
        unreached = unreached.filter { !declared($0).isEmpty }
        for pin in unreached.sorted() { drop(pin) }
    }
}

// MARK: - What was found

extension VersionSearch {
    /// The version that meets a demand; nil where none does.
    func pin(_ specification: AssetSpecification, _ origin: DemandOrigin) -> AssetPin? {
        nodes[specification.name]?.pins[origin]
    }

    /// What is known of the versions of an asset, those preferred first.
    func known(_ name: AssetName) -> Result<KnownVersions, any Error>? {
        guard let node = nodes[name] else { return nil }
        if let answer = node.answer { return answer.map { $0.excluding(excluded, of: name) } }
        return pinned.versions(of: name, for: Set(node.wishes.values), duplicates).map {
            .success(KnownVersions(inStore: nil, local: $0, places: [], isPartial: true))
        }
    }

    /// The versions that entries of these numbers need, each with the shortest chain to it.
    func reachable(from numbers: some Sequence<Int>) -> [ChainedVersion] {
        var reached = ReachedVersions()
        // By their demands, so that it does not matter where in the file an entry stands.
        let sorted = numbers.map { ($0, Demand(entries[$0])) }.sorted { $0.1 < $1.1 }
        for (number, demand) in sorted {
            guard let pin = pin(demand.specification, .entry(number)) else { continue }
            reached.add(pin, declared(pin), chain: demand.chain, elided: 0, demand.excerpt)
        }
        for (number, demand) in sorted {
            for (place, dependency) in entries[number].dependsOn.enumerated() {
                guard let pin = pin(dependency.specification, .dependsOn(number, place)) else { continue }
                reached.add(pin, declared(pin), chain: demand.chain + [.asset(pin)], elided: 0, demand.excerpt)
            }
        }
        while let version = reached.next() {
            for (place, specification) in version.declared.enumerated() {
                guard let pin = pin(specification, .version(version.pin, place)) else { continue }
                reached.add(
                    pin, declared(pin), chain: version.chain + [.asset(pin)], elided: version.elided, version.excerpt)
            }
        }
        return reached.versions
    }
}

/// Versions in the order in which they are reached, nearest first.
private struct ReachedVersions {
    private(set) var versions: [ChainedVersion] = []
    private var seen: Set<AssetPin> = []
    private var looked = 0

    mutating func add(
        _ pin: AssetPin, _ declared: [AssetSpecification], chain: [Requirer], elided: Int, _ excerpt: SourceExcerpt?
    ) {
        guard seen.insert(pin).inserted else { return }
        versions.append(
            ChainedVersion(pin: pin, declared: declared, chain: chain, elided: elided, excerpt: excerpt))
    }

    /// The next that was not looked at; nil where all were.
    mutating func next() -> ChainedVersion? {
        guard looked < versions.count else { return nil }
        looked += 1
        return versions[looked - 1]
    }
}

/// The versions that a lock pins and nobody freed.
struct PinnedVersions: Sendable {
    private let versions: [AssetName: [AssetVersion]]
    private let assets: [AssetPin: LockedAsset]

    init(_ lock: Lock, freed upgrade: Upgrade) {
        assets = Dictionary(lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let pins = lock.assets.map(\.pin) + lock.mixed
        versions = Dictionary(grouping: pins.filter { !upgrade.frees($0.name) }, by: \.name)
            .mapValues { $0.map(\.version).sorted(by: >) }
    }

    /// What the lock has of a version, whether it is free to change or not: what was pushed once stays as it is.
    func asset(_ pin: AssetPin) -> LockedAsset? { assets[pin] }

    /// The pinned versions of an asset, latest first, where they do for all that is asked of it.
    func versions(
        of name: AssetName, for requirements: Set<VersionRequirement>, _ duplicates: DuplicatesPolicy
    ) -> [AssetVersion]? {
        guard let pinned = versions[name] else { return nil }
        let isEnough =
            switch duplicates {
            case .allow: requirements.allSatisfy { pinned.contains(where: $0.isMet(by:)) }
            case .deny: pinned.contains { version in requirements.allSatisfy { $0.isMet(by: version) } }
            }
        return isEnough ? pinned : nil
    }

    /// The pinned ones first.
    func preferred(_ all: [AssetVersion], of name: AssetName) -> [AssetVersion] {
        guard let pinned = versions[name] else { return all }
        let wanted = Set(pinned)
        return all.filter(wanted.contains) + all.filter { !wanted.contains($0) }
    }
}

extension Result where Failure == any Error, Success: Sendable {
    package static func catching(_ body: () async throws -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
