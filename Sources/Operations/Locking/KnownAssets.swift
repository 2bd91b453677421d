internal import AssetModel
internal import Planning

/// The assets of a spec and, as what they depend on, of its lockfile.
struct KnownAssets: Sendable {
    private let names: Set<AssetName>
    private let path: String

    /// - Parameter path: the spec's.
    init(_ entries: [ManifestEntry], _ lock: Lock, path: String) {
        names = Set(entries.map(\.name) + lock.assets.map(\.pin.name))
        self.path = path
    }

    /// The asset that was typed.
    func find(_ text: String) throws(Faults) -> AssetName {
        if let name = try? AssetName(text), names.contains(name) { return name }
        let near = nearestWord(to: text, in: names.map(\.text).sorted())
        throw Faults(.edit(.unknownAsset(text, path: path, nearest: near)))
    }
}
