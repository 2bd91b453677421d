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
    }

    private static func number(_ random: inout SeededGenerator) -> Number {
        Number(major: [0, 1, 2, 10].randomElement(using: &random) ?? 0, minor: Int.random(in: 0..<4, using: &random))
    }

    private func item(_ isTame: Bool, _ random: inout SeededGenerator) -> Item {
        let place = Int.random(in: 0..<Self.names.count, using: &random)
        // Names further on only, so that there is no circle.
        let others = mayHaveCircle ? Self.names.filter { $0 != Self.names[place] } : Array(Self.names[(place + 1)...])
        let dependencies = others.shuffled(using: &random).prefix(Int.random(in: 0..<3, using: &random))
        return Item(
            own: demanded(Self.names[place], isTame, &random),
            dependencies: dependencies.map { demanded($0, isTame, &random) },
            groups: Int.random(in: 0..<4, using: &random) == 0 ? ["train"] : [])
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

    var world: World { World(store: versions.mapValues { $0.map(\.text) }) }

    func entries() throws -> [ManifestEntry] {
        try items.enumerated().map { index, item in
            try entry(item.own.text, line: index + 1, dependsOn: item.dependencies.map(\.text), groups: item.groups)
        }
    }

    // MARK: The rules again

    private var wanted: [Item] { items.filter { $0.groups.isEmpty || !groups.isDisjoint(with: $0.groups) } }

    private var wishes: [String: Set<Wish>] {
        let all = wanted.flatMap { [$0.own] + $0.dependencies }
        return Dictionary(grouping: all, by: \.name).mapValues { Set($0.map(\.wish)) }
    }

    private func candidates(_ name: String, _ wishes: Set<Wish>) -> [Number] {
        (versions[name] ?? []).filter { number in wishes.allSatisfy { $0.isMet(by: number) } }
    }

    /// Code and name of each, without circles.
    func expectedFailures() -> Set<String> {
        var failures: Set<String> = []
        for (name, wishes) in wishes {
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
    func faults(of resolution: Resolution) throws -> [String] {
        var faults: [String] = []
        let chosen = Dictionary(grouping: resolution.choices.map(\.pin), by: \.name.text).mapValues {
            Set($0.map(number))
        }
        if Set(chosen.keys) != Set(wishes.keys) { faults.append("assets \(chosen.keys)") }
        for (name, wishes) in wishes {
            let all = chosen[name] ?? []
            if let shared = candidates(name, wishes).max() {
                if all != [shared] { faults.append("\(name) is \(all), not the highest that meets all: \(shared)") }
            } else if all.count < 2 || all.count > wishes.count || !isLeastlyRedundant(all, wishes) {
                faults.append("\(name) is \(all) for \(wishes)")
            }
        }
        return faults + orderFaults(resolution) + demandFaults(resolution, chosen)
    }

    /// Each is the highest for some wish that no other higher one meets.
    private func isLeastlyRedundant(_ all: Set<Number>, _ wishes: Set<Wish>) -> Bool {
        Set(wishes.compactMap { wish in all.filter(wish.isMet).max() }) == all
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

    /// Each wanted entry has its version, and the versions of its dependencies are those that this version waits for.
    private func demandFaults(_ resolution: Resolution, _ chosen: [String: Set<Number>]) -> [String] {
        guard resolution.entries.count == wanted.count else { return ["\(resolution.entries.count) entries"] }
        var edges: [AssetPin: Set<String>] = [:]
        var faults: [String] = []
        for (item, resolved) in zip(wanted, resolution.entries) {
            let best = chosen[item.own.name]?.filter(item.own.wish.isMet).max()
            if best != number(resolved.pin) { faults.append("\(item.own.text) is \(resolved.pin)") }
            for dependency in item.dependencies {
                let best = chosen[dependency.name]?.filter(dependency.wish.isMet).max()
                edges[resolved.pin, default: []].insert("\(dependency.name):\(best?.text ?? "none")")
            }
        }
        for choice in resolution.choices where Set(choice.dependencies.map(\.description)) != edges[choice.pin] ?? [] {
            faults.append("\(choice.pin) waits for \(choice.dependencies)")
        }
        return faults
    }

    private func number(_ pin: AssetPin) -> Number {
        let parts = pin.version.text.split(separator: ".").compactMap { Int($0) }
        return Number(major: parts[0], minor: parts[1])
    }
}
