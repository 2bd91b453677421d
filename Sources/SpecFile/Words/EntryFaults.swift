import AssetModel
import Planning

// The words for what is wrong with entries taken together.

extension SpecFault {
    static func repeated(_ entry: ManifestEntry, line: Int) -> SpecFault {
        let version = entry.requirement == .latest ? "without a version" : "at version `\(entry.requirement)`"
        return SpecFault(
            "repeated-asset", "duplicate entry for `\(entry.name)` \(version)",
            expected: "each asset and version once; the first is on line \(line)",
            hint: "remove one of them, merging their groups and dependencies")
    }

    static func circle(_ entries: [ManifestEntry]) -> SpecFault {
        guard let first = entries.first else { return SpecFault("circle", "dependency cycle") }
        if entries.count == 1 {
            return SpecFault(
                "circle", "`\(first.name)` depends on itself", expected: "a different asset",
                hint: "remove it from `depends_on`")
        }
        var names = entries.map { label($0, among: entries) }
        names.append(names[0])
        let longest = 12
        if names.count > longest {
            names.replaceSubrange(longest / 2..<names.count - longest / 2, with: ["… \(names.count - longest) more …"])
        }
        return SpecFault(
            "circle", "dependency cycle: `\(names.joined(separator: " → "))`",
            hint: "remove one of these dependencies")
    }

    /// The name, with its version where the circle has two entries of that name.
    private static func label(_ entry: ManifestEntry, among entries: [ManifestEntry]) -> String {
        // Compared among few: a circle of thousands is not read name by name.
        let isAlone = entries.prefix(50).count { $0.name == entry.name } <= 1
        return isAlone ? entry.name.text : "\(entry.name):\(entry.requirement)"
    }
}
