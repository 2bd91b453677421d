internal import AssetModel

/// The chosen versions, each once, and what each depends on.
struct ChoiceGraph {
    /// Sorted, so that the order of their numbers is the order of the pins.
    private let pins: [AssetPin]
    private var demands: [[Demand]]
    private var entries: [[ManifestEntry]]
    /// Of each pin, the demand that each of its dependencies comes from.
    private var dependencies: [[Int: Demand]]
    private var neededBy: [Set<Requirer>]

    init(_ choice: VersionChoice) {
        pins = Set(choice.pins.compactMap(\.self)).sorted()
        demands = Array(repeating: [], count: pins.count)
        entries = Array(repeating: [], count: pins.count)
        dependencies = Array(repeating: [:], count: pins.count)
        neededBy = Array(repeating: [], count: pins.count)
        let numbers = Dictionary(uniqueKeysWithValues: pins.enumerated().map { ($1, $0) })
        fill(choice, choice.pins.map { pin in pin.flatMap { numbers[$0] } })
    }

    /// - Parameter node: the number of the pin that meets each demand.
    private mutating func fill(_ choice: VersionChoice, _ node: [Int?]) {
        let table = choice.table
        for (demand, node) in zip(table.demands, node) {
            if let node { demands[node].append(demand) }
        }
        for (index, entry) in table.entries.enumerated() {
            guard let dependent = node[table.own[index]] else { continue }
            entries[dependent].append(entry)
            neededBy[dependent].insert(Requirer(entry))
            for number in table.dependencies[index] { join(dependent, node[number], table.demands[number]) }
        }
        let numbers = Dictionary(uniqueKeysWithValues: pins.enumerated().map { ($1, $0) })
        for (pin, demands) in table.declared {
            guard let dependent = numbers[pin] else { continue }
            for number in demands { join(dependent, node[number], table.demands[number]) }
        }
    }

    private mutating func join(_ dependent: Int, _ dependency: Int?, _ demand: Demand) {
        guard let dependency else { return }
        neededBy[dependency].insert(.asset(pins[dependent]))
        let earlier = dependencies[dependent][dependency]
        dependencies[dependent][dependency] = earlier.map { min($0, demand) } ?? demand
    }

    private var graph: DependencyGraph { DependencyGraph(dependencies: dependencies.map { $0.keys.sorted() }) }

    var failures: [PlanningFailure] { circleFailures + digestFailures }

    /// Dependencies first.
    func orderedChoices() -> [Choice] {
        graph.order().map { node in
            Choice(
                pin: pins[node], dependencies: dependencies[node].keys.sorted().map { pins[$0] },
                neededBy: neededBy[node].sorted(), selections: Self.selections(entries[node], demands[node]),
                sha256: entries[node].compactMap(\.sha256).first, demands: demands[node].sorted())
        }
    }

    /// An asset that only others depend on is wanted whole; one that has entries, as these say, and a part that somebody
    /// names in any case.
    static func selections(_ entries: [ManifestEntry], _ demands: [Demand]) -> [FileSelection] {
        if entries.allSatisfy(\.selection.isAll) { return [.all] }
        var selections = Set(entries.map(\.selection))
        if selections.contains(.all) { return [.all] }
        selections.formUnion(demands.compactMap(\.specification.subPart).map(FileSelection.init(part:)))
        return selections.sorted { $0.spelling.lexicographicallyPrecedes($1.spelling) }
    }

    private var circleFailures: [PlanningFailure] {
        graph.circles().map { circle in
            let next = circle.dropFirst() + circle.prefix(1)
            return .circle(circle.map { pins[$0] }, demands: zip(circle, next).compactMap { dependencies[$0][$1] })
        }
    }

    /// Of assets that would be in one another in one directory. Linear in the length of all the paths.
    var overlapFailures: [PlanningFailure] {
        let paths = pins.map { ModelkitLayout.localPath(of: $0) }
        let owner = Dictionary(zip(paths, pins.indices), uniquingKeysWith: { first, _ in first })
        return paths.enumerated().flatMap { inner, path in
            ancestors(of: path).compactMap { owner[$0] }.map { outer in
                let askers = [demands[outer].min(), demands[inner].min()].compactMap(\.self)
                return .overlap(pins[outer], pins[inner], demands: askers)
            }
        }
    }

    private var digestFailures: [PlanningFailure] {
        pins.indices.compactMap { node in
            let pinning = entries[node].filter { $0.sha256 != nil }
            let digests = Set(pinning.compactMap(\.sha256)).sorted { $0.hex < $1.hex }
            guard digests.count > 1 else { return nil }
            return .conflictingDigests(pins[node], digests, recorded: nil, demands: pinning.map(Demand.init).sorted())
        }
    }
}

private func ancestors(of path: String) -> [String] {
    path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") }.map { String(path[..<$0]) }
}

extension FileSelection {
    /// A file, or all that is in a folder.
    fileprivate init(part: RelativePath) {
        var scalars = String.UnicodeScalarView()
        for scalar in part.text.unicodeScalars {
            if "*?[]\\".unicodeScalars.contains(scalar) { scalars.append("\\") }
            scalars.append(scalar)
        }
        let literal = String(scalars)
        self.init(include: [literal, literal + "/**"].compactMap { Glob($0) }, exclude: [])
    }

    fileprivate var spelling: [String] { include.map(\.pattern) + ["!"] + exclude.map(\.pattern) }
}
