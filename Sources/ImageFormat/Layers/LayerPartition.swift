internal import AssetModel

/// Which assets are in which layer: a function of what goes in alone, made so that changing one asset changes its own layer
/// and, as long as its size stays of one order, no other.
///
/// - An asset has a layer of its own; those under `smallAsset` share one.
/// - One over a limit, 2 GiB at first, is cut between files; a file that is larger is a layer. The limit doubles until there
///   are at most `maximumLayers`.
/// - Of more assets than that, those under a power of two share `sharedLayers` layers, each chosen by the asset's name.
/// - A layer stands above those that are not as new: what changed last is on top, and runtimes keep what they unpacked below.
package enum LayerPartition {
    /// In bytes.
    static let smallAsset: Int64 = 1 << 20
    static let pieceSize: Int64 = 1 << 31
    /// Leaves as many to a base as overlay file systems of old kernels take.
    package static let maximumLayers = 64
    /// Of assets that share layers, and of those that then still have their own.
    static let sharedLayers: UInt64 = 16
    static let ownLayers = 24
    /// No cut is larger while assets that have layers of their own are too many.
    private static let largestPiece: Int64 = 1 << 33

    /// - Parameter assets: those of the image, each once.
    package static func layers(of assets: [ImageAsset], at place: ImagePlace) -> [ImageLayer] {
        let sorted = assets.map(Sized.init).sorted { $0.path < $1.path }
        let small = sorted.filter { $0.size < smallAsset }
        let large = sorted.filter { $0.size >= smallAsset }
        let room = maximumLayers - (small.isEmpty ? 0 : 1)
        let (own, shared) = split(large, room)
        let groups = ([small] + shared).filter { !$0.isEmpty }
        let layers = groups.map { group in group.map { LayerPart($0.asset) } } + cut(own, into: room - shared.count)
        return layers.map { ImageLayer($0, at: place) }.sorted(by: isBelow)
    }

    private struct Sized {
        let asset: ImageAsset
        /// In an archive, in bytes.
        let size: Int64
        /// Of files, in a form that sorts as bytes do.
        let path: RelativePathOrder

        init(_ asset: ImageAsset) {
            self.asset = asset
            size = ByteSum.of(asset.files.map(LayerPartition.size))
            path = RelativePathOrder(ModelkitLayout.localPath(of: asset.pin))
        }
    }

    private static func size(_ file: ImageFile) -> Int64 {
        ByteSum.adding(file.size, Int64(TarBlocks.block + TarBlocks.padding(after: file.size)))
    }

    // MARK: Many assets

    /// - Returns: the assets that have layers of their own, and groups of the others.
    private static func split(_ large: [Sized], _ room: Int) -> (own: [Sized], shared: [[Sized]]) {
        if cut(large, pieceSize: largestPiece).count <= room { return (large, []) }
        var limit = smallAsset
        while large.count(where: { $0.size >= limit }) > ownLayers, limit < 1 << 62 { limit *= 2 }
        var groups = [[Sized]](repeating: [], count: Int(sharedLayers))
        for asset in large where asset.size < limit { groups[group(of: asset.asset)].append(asset) }
        return (large.filter { $0.size >= limit }, groups.filter { !$0.isEmpty })
    }

    /// By its name, which a new version has too.
    private static func group(of asset: ImageAsset) -> Int {
        let digest = SHA256Digest(of: Array(asset.pin.name.text.utf8))
        return Int((UInt64(digest.hex.prefix(8), radix: 16) ?? 0) % sharedLayers)
    }

    // MARK: Large assets

    private static func cut(_ assets: [Sized], into room: Int) -> [[LayerPart]] {
        var limit = pieceSize
        var pieces = cut(assets, pieceSize: limit)
        while pieces.count > room, limit < 1 << 61 {
            limit *= 2
            pieces = cut(assets, pieceSize: limit)
        }
        return pieces.map { [$0] }
    }

    private static func cut(_ assets: [Sized], pieceSize limit: Int64) -> [LayerPart] {
        assets.flatMap { asset in
            asset.size <= limit ? [LayerPart(asset.asset)] : cut(asset.asset, pieceSize: limit)
        }
    }

    private static func cut(_ asset: ImageAsset, pieceSize limit: Int64) -> [LayerPart] {
        var parts: [LayerPart] = []
        var (start, size): (Int, Int64) = (0, 0)
        for (index, file) in asset.files.enumerated() {
            let own = Self.size(file)
            if index > start, ByteSum.adding(size, own) > limit {
                parts.append(LayerPart(asset, start..<index))
                (start, size) = (index, 0)
            }
            size = ByteSum.adding(size, own)
        }
        return parts + [LayerPart(asset, start..<asset.files.count)]
    }

    // MARK: Order

    /// Older ones first: so the folders that layers share come to have the time of the latest in them, as resolve dates
    /// them, for the layer on top decides.
    private static func isBelow(_ left: ImageLayer, _ right: ImageLayer) -> Bool {
        if left.time != right.time { return left.time < right.time }
        guard let first = left.parts.first, let other = right.parts.first else { return false }
        let (path, otherPath) = (
            RelativePathOrder(ModelkitLayout.localPath(of: first.asset.pin)),
            RelativePathOrder(ModelkitLayout.localPath(of: other.asset.pin))
        )
        return path == otherPath ? first.range.lowerBound < other.range.lowerBound : path < otherPath
    }
}

/// A path among others, ordered by its bytes.
private struct RelativePathOrder: Comparable {
    private let bytes: [UInt8]

    init(_ path: String) { bytes = Array(path.utf8) }

    static func < (left: RelativePathOrder, right: RelativePathOrder) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
