internal import AssetModel

/// Which versions of one asset meet all that is asked of it: one where one can, otherwise few side by side.
///
/// - One version that meets every requirement that any version meets: the first such.
/// - Otherwise, again and again, the version that meets the most of the remaining demands (the first of several), and
///   in the end each demand gets the first of these that meets it.
struct VersionSharing {
    /// Those preferred first.
    private let versions: [AssetVersion]
    private let groups: [Group]

    /// The demands with one requirement.
    private struct Group {
        let requirement: VersionRequirement
        /// Positions in the requirements given.
        var demands: [Int]
        /// Of each version, whether it meets the requirement.
        var isMet: [Bool] = []
    }

    /// - Parameters:
    ///   - requirements: of the demands on one asset.
    ///   - versions: those there are, those preferred first.
    init(_ requirements: [VersionRequirement], versions: [AssetVersion]) {
        var groups: [Group] = []
        var places: [VersionRequirement: Int] = [:]
        for (position, requirement) in requirements.enumerated() {
            if let place = places[requirement] {
                groups[place].demands.append(position)
            } else {
                places[requirement] = groups.count
                let isMet = versions.map(requirement.isMet(by:))
                groups.append(Group(requirement: requirement, demands: [position], isMet: isMet))
            }
        }
        self.versions = versions
        self.groups = groups
    }

    /// The positions of the demands that no version meets, those of one requirement together.
    var unmet: [[Int]] { groups.filter { !$0.isMet.contains(true) }.map(\.demands) }

    /// The version for each position of a demand that some version meets.
    func assigned() -> [Int: AssetVersion] {
        let chosen = chosenVersions()
        var assigned: [Int: AssetVersion] = [:]
        for group in groups {
            guard let index = chosen.first(where: { group.isMet[$0] }) else { continue }
            for demand in group.demands { assigned[demand] = versions[index] }
        }
        return assigned
    }

    /// The positions of demands that no one version meets together, each of which is needed for that, one a requirement.
    func clash() -> [Int] {
        let candidates = groups.filter { $0.isMet.contains(true) }
        var met = counts(of: candidates, weight: { _ in 1 })
        var remaining = candidates.count
        guard !met.contains(remaining) else { return [] }
        return candidates.filter { group in
            let without = zip(met, group.isMet).map { $1 ? $0 - 1 : $0 }
            if without.contains(remaining - 1) { return true }
            met = without
            remaining -= 1
            return false
        }.map { $0.demands[0] }
    }

    /// Indices of versions, ascending, so those preferred first.
    private func chosenVersions() -> [Int] {
        var remaining = groups.filter { $0.isMet.contains(true) }
        if let one = counts(of: remaining, weight: { _ in 1 }).firstIndex(of: remaining.count) { return [one] }
        var chosen: [Int] = []
        var met = counts(of: remaining, weight: \.demands.count)
        while !remaining.isEmpty, let most = met.max(), let index = met.firstIndex(of: most) {
            chosen.append(index)
            let served = counts(of: remaining.filter { $0.isMet[index] }, weight: \.demands.count)
            met = zip(met, served).map { $0 - $1 }
            remaining.removeAll { $0.isMet[index] }
        }
        return chosen.sorted()
    }

    private func counts(of groups: [Group], weight: (Group) -> Int) -> [Int] {
        var counts = [Int](repeating: 0, count: versions.count)
        for group in groups {
            for index in versions.indices where group.isMet[index] { counts[index] += weight(group) }
        }
        return counts
    }
}
