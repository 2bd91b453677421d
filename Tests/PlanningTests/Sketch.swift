import AssetModel
import Planning
import Testing

/// A generated world in plain numbers, with the rules written out by brute force.
struct Sketch {
    static let names = ["a", "b", "c", "d", "e"]

    struct Number: Hashable, Comparable {
        let major: Int
        let minor: Int

        var text: String { "\(major).\(minor)" }

        static func < (left: Number, right: Number) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
    }

    enum Wish: Hashable {
        case latest
        case exact(Number)
        case major(Int)
        case between(Number, Int)

        func isMet(by number: Number) -> Bool {
            switch self {
            case .latest: true
            case .exact(let exact): number == exact
            case .major(let major): number.major == major
            case .between(let low, let high): number >= low && number.major < high
            }
        }

        func text(_ name: String) -> String {
            switch self {
            case .latest: name
            case .exact(let number): "\(name):\(number.text)"
            case .major(let major): "\(name):\(major)"
            case .between(let low, let high): "\(name) >=\(low.text), <\(high)"
            }
        }
    }

    struct Demanded: Hashable {
        let name: String
        let wish: Wish
        var text: String { wish.text(name) }
        /// Whether a specification string can say it.
        var isString: Bool { if case .between = wish { false } else { true } }
    }

    struct Item {
        let own: Demanded
        let dependencies: [Demanded]
        let groups: [String]
    }

    private(set) var versions: [String: [Number]] = [:]
    private(set) var items: [Item] = []
    let duplicates: DuplicatesPolicy
    let groups: Set<String>
    let mayHaveCircle: Bool
    /// What versions depend on by themselves, by `name:version`.
    private(set) var declared: [String: [Demanded]] = [:]

    init(seed: Int) {
        var random = SeededGenerator(seed: seed)
        duplicates = Int.random(in: 0..<3, using: &random) == 0 ? .deny : .allow
        mayHaveCircle = Int.random(in: 0..<4, using: &random) == 0
        let isTame = Bool.random(using: &random)
        for name in Self.names where isTame || Int.random(in: 0..<12, using: &random) > 0 {
            let count = isTame ? 4 : Int.random(in: 1..<6, using: &random)
            versions[name] = Array(Set((0..<count).map { _ in Self.number(&random) })).sorted(by: >)
        }
        // An entry of a group that is not asked for; a group that is asked for has an entry.
        groups = Bool.random(using: &random) ? ["train"] : []
        for _ in 0..<Int.random(in: 1..<7, using: &random) { items.append(item(isTame, &random)) }
        items.append(Item(own: items[0].own, dependencies: [], groups: ["train"]))
        for (place, name) in Self.names.enumerated() {
            for version in versions[name] ?? [] where Int.random(in: 0..<3, using: &random) == 0 {
                declared["\(name):\(version.text)"] = dependencies(place, isTame, &random).filter(\.isString)
            }
        }
    }

    private static func number(_ random: inout SeededGenerator) -> Number {
        Number(major: [0, 1, 2, 10].randomElement(using: &random) ?? 0, minor: Int.random(in: 0..<4, using: &random))
    }

    private func item(_ isTame: Bool, _ random: inout SeededGenerator) -> Item {
        let place = Int.random(in: 0..<Self.names.count, using: &random)
        return Item(
            own: demanded(Self.names[place], isTame, &random), dependencies: dependencies(place, isTame, &random),
            groups: Int.random(in: 0..<4, using: &random) == 0 ? ["train"] : [])
    }

    private func dependencies(_ place: Int, _ isTame: Bool, _ random: inout SeededGenerator) -> [Demanded] {
        // Names further on only, so that there is no circle.
        let others = mayHaveCircle ? Self.names.filter { $0 != Self.names[place] } : Array(Self.names[(place + 1)...])
        let names = others.shuffled(using: &random).prefix(Int.random(in: 0..<3, using: &random))
        return names.map { demanded($0, isTame, &random) }
    }

    private func demanded(_ name: String, _ isTame: Bool, _ random: inout SeededGenerator) -> Demanded {
        // A tame world asks for versions that there are.
        let number = (isTame ? versions[name]?.randomElement(using: &random) : nil) ?? Self.number(&random)
        let wish: Wish =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .exact(number)
            case 1, 2: .major(number.major)
            case 3: .between(number, number.major + Int.random(in: 1..<3, using: &random))
            default: .latest
            }
        return Demanded(name: name, wish: wish)
    }

    // MARK: As the resolver sees it

    var world: World {
        World(store: versions.mapValues { $0.map(\.text) }, declared: declared.mapValues { $0.map(\.text) })
    }

    func entries() throws -> [ManifestEntry] {
        try items.enumerated().map { index, item in
            try entry(item.own.text, line: index + 1, dependsOn: item.dependencies.map(\.text), groups: item.groups)
        }
    }

    // MARK: The rules again

    private func isWanted(_ item: Item) -> Bool { item.groups.isEmpty || !groups.isDisjoint(with: item.groups) }

    /// Every wish, as often as it is made, where these versions are chosen.
    private func wishes(_ chosen: [String: Set<Number>]) -> [String: [Wish]] {
        let declarations = chosen.flatMap { name, versions in versions.flatMap { declared["\(name):\($0.text)"] ?? [] }
        }
        return Dictionary(grouping: items.flatMap { [$0.own] + $0.dependencies } + declarations, by: \.name)
            .mapValues { $0.map(\.wish) }
    }

    private func candidates(_ name: String, _ wishes: some Sequence<Wish>) -> [Number] {
        (versions[name] ?? []).filter { number in wishes.allSatisfy { $0.isMet(by: number) } }
    }

    /// One that meets all that can be met; otherwise those that meet the most of what is left, one after the other.
    private func sharing(_ name: String, _ wishes: [Wish]) -> Set<Number> {
        var left = wishes.filter { !candidates(name, [$0]).isEmpty }
        if left.isEmpty { return [] }
        if let shared = candidates(name, left).max() { return [shared] }
        let all = left
        var taken: [Number] = []
        while !left.isEmpty {
            let counts = (versions[name] ?? []).map { number in (left.count { $0.isMet(by: number) }, number) }
            guard let best = counts.max(by: { $0 < $1 }) else { break }
            taken.append(best.1)
            left.removeAll { $0.isMet(by: best.1) }
        }
        return Set(all.compactMap { wish in taken.filter(wish.isMet).max() })
    }

    /// The versions that keep all the rules, found from the start again and again; nil where they never come to rest.
    func settled() -> [String: Set<Number>]? {
        var chosen: [String: Set<Number>] = [:]
        for _ in 0..<200 {
            let next = Dictionary(uniqueKeysWithValues: wishes(chosen).map { ($0, sharing($0, $1)) })
            if next == chosen { return chosen }
            chosen = next
        }
        return nil
    }

    /// Code and name of each, without circles; nil where the versions never come to rest.
    func expectedFailures() -> Set<String>? {
        guard let settled = settled() else { return nil }
        var failures: Set<String> = []
        for (name, wishes) in wishes(settled) {
            guard versions[name] != nil else {
                failures.insert("unknown-asset \(name)")
                continue
            }
            let possible = wishes.filter { !candidates(name, [$0]).isEmpty }
            if possible.count < wishes.count { failures.insert("no-version \(name)") }
            if duplicates == .deny, !possible.isEmpty, candidates(name, possible).isEmpty {
                failures.insert("duplicates \(name)")
            }
        }
        return failures
    }

    /// Every rule that a resolution breaks, in words.
    func faults(of resolved: Resolved) throws -> [String] {
        var faults: [String] = []
        let chosen = Dictionary(grouping: resolved.all.choices.map(\.pin), by: \.name.text).mapValues {
            Set($0.map(number))
        }
        let wishes = wishes(chosen)
        if Set(chosen.keys) != Set(wishes.keys) { faults.append("assets \(chosen.keys)") }
        for (name, wishes) in wishes where chosen[name] != sharing(name, wishes) {
            faults.append("\(name) is \(chosen[name] ?? []) for \(wishes)")
        }
        faults += orderFaults(resolved.all) + demandFaults(resolved.all, chosen, items)
        let isPart = Set(resolved.wanted.choices.map(\.pin)).isSubset(of: resolved.all.choices.map(\.pin))
        if !isPart { faults.append("more is wanted than there is") }
        return faults + orderFaults(resolved.wanted) + demandFaults(resolved.wanted, chosen, items.filter(isWanted))
    }

    /// The same where one version of each asset is wanted, and the highest do not go together.
    func singleFaults(of resolved: Resolved) throws -> [String] {
        let chosen = Dictionary(grouping: resolved.all.choices.map(\.pin), by: \.name.text).mapValues {
            Set($0.map(number))
        }
        var faults = chosen.filter { $0.value.count > 1 }.map { "\($0.key) is \($0.value)" }
        for (name, wishes) in wishes(chosen) {
            for wish in wishes where chosen[name]?.contains(where: wish.isMet) != true {
                faults.append("\(wish.text(name)) is not met")
            }
        }
        return faults + orderFaults(resolved.all) + demandFaults(resolved.all, chosen, items)
    }

    private func orderFaults(_ resolution: Resolution) -> [String] {
        var seen: Set<AssetPin> = []
        var faults: [String] = []
        for choice in resolution.choices {
            if !seen.isSuperset(of: choice.dependencies) { faults.append("\(choice.pin) comes before a dependency") }
            if !seen.insert(choice.pin).inserted { faults.append("\(choice.pin) comes twice") }
            if choice.neededBy.isEmpty { faults.append("nobody needs \(choice.pin)") }
        }
        return faults
    }

    /// Each entry has its version, and each version waits for what the entries and it itself depend on, and is needed.
    private func demandFaults(
        _ resolution: Resolution, _ chosen: [String: Set<Number>], _ wanted: [Item]
    ) -> [String] {
        guard resolution.entries.count == wanted.count else { return ["\(resolution.entries.count) entries"] }
        func best(_ demanded: Demanded) -> String {
            "\(demanded.name):\(chosen[demanded.name]?.filter(demanded.wish.isMet).max()?.text ?? "none")"
        }
        var edges: [String: Set<String>] = [:]
        var faults: [String] = []
        for (item, resolved) in zip(wanted, resolution.entries) {
            if best(item.own) != resolved.pin.description { faults.append("\(item.own.text) is \(resolved.pin)") }
            edges[resolved.pin.description, default: []].formUnion(item.dependencies.map(best))
        }
        for choice in resolution.choices {
            let pin = choice.pin.description
            let expected = (edges[pin] ?? []).union((declared[pin] ?? []).map(best))
            if Set(choice.dependencies.map(\.description)) != expected {
                faults.append("\(pin) waits for \(choice.dependencies)")
            }
        }
        return faults
    }

    private func number(_ pin: AssetPin) -> Number {
        let parts = pin.version.text.split(separator: ".").compactMap { Int($0) }
        return Number(major: parts[0], minor: parts[1])
    }
}
