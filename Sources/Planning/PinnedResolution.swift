internal import AssetModel

/// What a lock that has everything resolves to, without choosing anything: for 10,000 assets a fraction of the time.
///
/// It is what `VersionSearch` comes to, for a lock with one version of each asset, each of which meets all that is asked of it.
/// For any other lock there is none, and the versions are chosen. Who asks for what is told for entries alone: whoever needs
/// the chains of all resolves without it.
struct PinnedResolution {
    private let entries: [ManifestEntry]
    private let assets: [LockedAsset]
    private let numbers: [AssetName: Int]
    /// Of each asset, the numbers of those that it declares to depend on.
    private let declared: [[Int]]
    /// Of each entry, the numbers of its own asset and of what it depends on.
    private let asked: [(own: Int, dependencies: [Int])]

    /// Nil where the lock does not do.
    init?(_ entries: [ManifestEntry], _ lock: Lock, _ upgrade: Upgrade) {
        guard upgrade == .nothing, !lock.assets.isEmpty, lock.mixed.isEmpty else { return nil }
        let assets = lock.assets
        var numbers: [AssetName: Int] = [:]
        numbers.reserveCapacity(assets.count)
        for (number, asset) in assets.enumerated() {
            guard numbers.updateValue(number, forKey: asset.pin.name) == nil else { return nil }
        }
        func number(_ specification: AssetSpecification) -> Int? {
            guard let number = numbers[specification.name],
                specification.requirement.isMet(by: assets[number].pin.version)
            else { return nil }
            return number
        }
        func number(_ dependency: LockedDependency) -> Int? {
            // A lock that was merged by hand may name another version than it has.
            guard let number = number(dependency.specification), assets[number].pin.version == dependency.version else {
                return nil
            }
            return number
        }
        var declared: [[Int]] = []
        for asset in assets {
            let dependencies = asset.dependencies.compactMap { number($0) }
            guard dependencies.count == asset.dependencies.count else { return nil }
            declared.append(dependencies)
        }
        var asked: [(own: Int, dependencies: [Int])] = []
        for entry in entries {
            let dependencies = entry.dependsOn.compactMap { number($0.specification) }
            guard let own = number(entry.specification), dependencies.count == entry.dependsOn.count else { return nil }
            asked.append((own, dependencies))
        }
        self.entries = entries
        self.assets = assets
        self.numbers = numbers
        self.declared = declared
        self.asked = asked
        // What is not asked for any more is to go, which the search finds out.
        guard reached(from: entries.indices).count == assets.count else { return nil }
    }

    /// - Parameter wanted: the numbers of the entries that were asked for.
    /// - Returns: nil where something is wrong with the choice, which the search has the words for.
    func resolved(_ wanted: [Int], _ facts: any AssetFacts) -> Resolved? {
        guard let all = resolution(Array(entries.indices)) else { return nil }
        guard let part = wanted.count == entries.count ? all : resolution(wanted) else { return nil }
        var contents: [AssetPin: Result<VersionMetadata, any Error>] = [:]
        contents.reserveCapacity(assets.count)
        for asset in assets { contents[asset.pin] = .success(asset.metadata) }
        var dependencies: [AssetPin: [LockedDependency]] = [:]
        for asset in assets where !asset.dependencies.isEmpty { dependencies[asset.pin] = asset.dependencies }
        return Resolved(
            all: all, wanted: part, facts: ResolvedFacts(base: facts, contents: contents), declared: dependencies,
            isExplained: false)
    }

    private func reached(from numbers: some Sequence<Int>) -> [Int] {
        var isReached = [Bool](repeating: false, count: assets.count)
        var waiting: [Int] = []
        for number in numbers { waiting += [asked[number].own] + asked[number].dependencies }
        while let asset = waiting.popLast() {
            guard !isReached[asset] else { continue }
            isReached[asset] = true
            waiting += declared[asset]
        }
        return assets.indices.filter { isReached[$0] }
    }

    private func resolution(_ wanted: [Int]) -> Resolution? {
        let reached = reached(from: wanted)
        var graph = PinnedGraph(pins: assets.map(\.pin), count: assets.count)
        for number in wanted {
            let (entry, places) = (entries[number], asked[number])
            graph.ask(for: places.own, entry)
            for (dependency, place) in zip(entry.dependsOn, places.dependencies) {
                graph.join(places.own, place, Demand(dependency, of: entry))
            }
        }
        for number in reached {
            for (place, dependency) in zip(declared[number], assets[number].dependencies) {
                // A part that somebody names must be there.
                let part = dependency.specification.subPart
                let demand = part.map { _ in
                    Demand(specification: dependency.specification, chain: [.asset(assets[number].pin)], excerpt: nil)
                }
                graph.join(number, place, demand)
            }
        }
        guard let choices = graph.choices(of: reached) else { return nil }
        let resolved = wanted.map { ResolvedEntry(entry: entries[$0], pin: assets[asked[$0].own].pin) }
        return Resolution(
            choices: choices, entries: resolved, warnings: partWarnings(resolved.map(\.entry)))
    }
}

/// Who needs which of the pinned versions.
private struct PinnedGraph {
    private let pins: [AssetPin]
    private var dependencies: [[Int]]
    private var neededBy: [[Requirer]]
    private var demands: [[Demand]]
    private var entries: [[ManifestEntry]]

    init(pins: [AssetPin], count: Int) {
        self.pins = pins
        dependencies = Array(repeating: [], count: count)
        neededBy = Array(repeating: [], count: count)
        demands = Array(repeating: [], count: count)
        entries = Array(repeating: [], count: count)
    }

    mutating func ask(for number: Int, _ entry: ManifestEntry) {
        entries[number].append(entry)
        demands[number].append(Demand(entry))
        neededBy[number].append(Requirer(entry))
    }

    mutating func join(_ dependent: Int, _ dependency: Int, _ demand: Demand?) {
        if let demand { demands[dependency].append(demand) }
        guard !dependencies[dependent].contains(dependency) else { return }
        dependencies[dependent].append(dependency)
        neededBy[dependency].append(.asset(pins[dependent]))
    }

    /// Dependencies first. Nil where there is a circle, or what cannot be together.
    func choices(of numbers: [Int]) -> [Choice]? {
        let sorted = dependencies.map { $0.sorted() }
        let places = Set(numbers)
        let order = DependencyGraph(dependencies: sorted).order().filter(places.contains)
        guard order.count == numbers.count, !hasOverlap(numbers), !hasDigestConflict(numbers) else { return nil }
        return order.map { number in
            Choice(
                pin: pins[number], dependencies: sorted[number].map { pins[$0] },
                neededBy: distinct(neededBy[number].sorted()),
                selections: ChoiceGraph.selections(entries[number], demands[number]),
                sha256: entries[number].compactMap(\.sha256).first, demands: demands[number].sorted())
        }
    }

    private func distinct(_ requirers: [Requirer]) -> [Requirer] {
        requirers.enumerated().filter { $0.offset == 0 || requirers[$0.offset - 1] != $0.element }.map(\.element)
    }

    /// Whether one's version folder is a folder of another's name.
    private func hasOverlap(_ numbers: [Int]) -> Bool {
        let paths = Set(numbers.map { ModelkitLayout.localPath(of: pins[$0]) })
        return numbers.contains { number in
            var parent = pins[number].name.text[...]
            while !parent.isEmpty {
                if paths.contains(String(parent)) { return true }
                parent = parent.utf8.lastIndex(of: UInt8(ascii: "/")).map { parent[..<$0] } ?? ""
            }
            return false
        }
    }

    private func hasDigestConflict(_ numbers: [Int]) -> Bool {
        numbers.contains { Set(entries[$0].compactMap(\.sha256)).count > 1 }
    }
}
