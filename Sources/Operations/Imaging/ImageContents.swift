internal import AssetModel
package import ImageFormat
internal import Planning
internal import SpecFile

/// What goes into an image: what a resolve of the lock puts into the assets directory.
package struct ImageContents: Sendable {
    package let assets: [ImageAsset]
    /// The lowest first.
    package let layers: [ImageLayer]
    package let facts: ImageFacts
    /// What the lock says of the assets.
    let lock: [UInt8]

    /// - Parameters:
    ///   - resolved: by the lock alone.
    init(_ resolved: Resolved, _ session: Session, at place: ImagePlace) throws(Faults) {
        let locked = Dictionary(session.lock.lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let fixedTime = session.settings.sourceDate?.value
        var (assets, entries): ([ImageAsset], [LockedAsset]) = ([], [])
        var faults: [Fault] = []
        for choice in resolved.wanted.choices {
            guard let asset = locked[choice.pin] else {
                faults.append(.image(.notInLock(choice.pin)))
                continue
            }
            entries.append(asset)
            do throws(ImageFault) {
                assets.append(try ImageAsset(asset, choice, fixedTime: fixedTime))
            } catch {
                faults.append(.image(.format(error)))
            }
        }
        guard faults.isEmpty else { throw Faults(faults) }
        guard !assets.isEmpty else { throw Faults(ImageFault.nothing) }
        self.assets = assets
        layers = LayerPartition.layers(of: assets, at: place)
        lock = Array(LockFile.text(of: Lock(assets: entries)).utf8)
        facts = ImageFacts(
            assets: assets, cacheKey: try CacheKey(resolved).text, lock: SHA256Digest(of: lock), place: place)
    }
}
