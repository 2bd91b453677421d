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
        let entries = resolved.wanted.choices.compactMap { locked[$0.pin] }
        var (assets, faults): ([ImageAsset], [Fault]) = ([], [])
        for choice in resolved.wanted.choices {
            do throws(Faults) {
                assets.append(try Self.asset(choice, locked[choice.pin], session))
            } catch {
                faults += error.list
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

    private static func asset(
        _ choice: Choice, _ locked: LockedAsset?, _ session: Session
    ) throws(Faults) -> ImageAsset {
        guard let locked else { throw Faults(.image(.notInLock(choice.pin))) }
        do throws(ImageFault) {
            return try ImageAsset(locked, choice, fixedTime: session.settings.sourceDate?.value)
        } catch {
            throw Faults(error)
        }
    }
}
