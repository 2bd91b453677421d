internal import AssetModel

/// How many names a message proposes: more is a list to read, not a hint.
private let proposalLimit = 5

/// Existing names that may have been meant: the nearest by spelling, then those with the same last component, then those
/// that have the word's components among theirs, or that the word begins with.
func nearestNames(to name: AssetName, in existing: [AssetName]) -> [AssetName] {
    nearest(to: name.text, in: existing.map(\.text)).compactMap { try? AssetName($0) }
}

/// Files and folders of an asset that may have been meant.
func nearestParts(to part: RelativePath, in existing: Set<RelativePath>) -> [RelativePath] {
    nearest(to: part.text, in: existing.map(\.text)).compactMap { try? RelativePath($0) }
}

private func nearest(to word: String, in existing: [String]) -> [String] {
    let existing = Set(existing).sorted()
    let last = lastComponent(word)
    let alike = nearestWords(to: word, in: existing, limit: proposalLimit)
    let sameEnd = existing.filter { lastComponent($0) == last }
    let components = PathText.components(of: word)
    let related = existing.filter {
        PathText.components(of: $0).contains(components) || PathText.hasPrefix(word, "\($0)/")
    }
    var seen: Set<String> = []
    return Array((alike + sameEnd + related).filter { seen.insert($0).inserted }.prefix(proposalLimit))
}

private func lastComponent(_ path: String) -> Substring? { PathText.components(of: path).last }
