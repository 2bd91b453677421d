internal import AssetModel
internal import ImageFormat
internal import ObjectStore
internal import Planning
internal import Registry

/// An image that a registry has, whose layers can be used again.
struct RegistryImage: Sendable {
    let client: RegistryClient
    /// Of the index, or of the only manifest.
    let digest: SHA256Digest
    private let layers: [SHA256Digest: ImageDescriptor]

    /// Nil where there is none. What cannot be read of it is made anew.
    static func read(_ client: RegistryClient) async throws(StoreError) -> RegistryImage? {
        guard let top = try await client.manifest() else { return nil }
        var manifest: RegistryManifest? = top
        // All platforms have the same layers of ours.
        if top.isIndex {
            let first = (try? ImageIndex(reading: top.bytes))?.images.first
            manifest = nil
            if let first { manifest = try await client.manifest(first.digest.tagged) }
        }
        let layers = manifest.flatMap { try? ImageManifest(reading: $0.bytes) }?.layersByRecipe ?? [:]
        return RegistryImage(client: client, digest: top.digest, layers: layers)
    }

    /// The digest of a layer; nil where the image has none that is made of the same.
    func known(_ layer: ImageLayer) -> SHA256Digest? {
        guard layer.isReusable, let descriptor = layers[layer.recipe], descriptor.size == layer.size else { return nil }
        return descriptor.digest
    }
}

/// An image that others go on top of.
struct RegistryBase: Sendable {
    let client: RegistryClient
    let digest: SHA256Digest
    /// Nil where it is one manifest.
    let index: ImageIndex?
    /// One a platform.
    let images: [ImageBase]

    /// - Parameter platforms: nil for all that it has.
    static func read(
        _ client: RegistryClient, _ platforms: [ImagePlatform]?
    ) async throws(Faults) -> RegistryBase {
        let top = try await Faults.ofRegistry { () async throws -> RegistryManifest? in try await client.manifest() }
        guard let top else { throw Faults(.image(.noBase(client.reference))) }
        guard top.isIndex else {
            let image = try await image(top, client)
            try check(platforms, have: [image.config.platform])
            return RegistryBase(client: client, digest: top.digest, index: nil, images: [image])
        }
        let index = try Self.index(top)
        let wanted = try chosen(platforms, of: index)
        let images = try await concurrentAttempts(wanted, window: 4) { descriptor throws(Faults) in
            let manifest = try await Faults.ofRegistry { () async throws -> RegistryManifest? in
                try await client.manifest(descriptor.digest.tagged)
            }
            guard let manifest else { throw Faults(.image(.noBase(client.reference))) }
            return try await image(manifest, client)
        }
        return RegistryBase(client: client, digest: top.digest, index: index, images: images)
    }

    private static func index(_ top: RegistryManifest) throws(Faults) -> ImageIndex {
        do throws(ImageFault) { return try ImageIndex(reading: top.bytes) } catch { throw Faults(error) }
    }

    private static func chosen(
        _ platforms: [ImagePlatform]?, of index: ImageIndex
    ) throws(Faults) -> [ImageDescriptor] {
        guard let platforms else {
            guard !index.images.isEmpty else { throw Faults(ImageFault.malformed(.index)) }
            return index.images
        }
        try check(platforms, have: index.images.compactMap(\.platform))
        return platforms.compactMap { platform in index.images.first { $0.platform == platform } }
    }

    private static func check(_ platforms: [ImagePlatform]?, have known: [ImagePlatform]) throws(Faults) {
        if let missing = platforms?.first(where: { !known.contains($0) }) {
            throw Faults(ImageFault.noPlatform(missing, known: known))
        }
    }

    private static func image(_ manifest: RegistryManifest, _ client: RegistryClient) async throws(Faults) -> ImageBase
    {
        let read: ImageManifest
        do throws(ImageFault) { read = try ImageManifest(reading: manifest.bytes) } catch { throw Faults(error) }
        let config = try await Faults.ofRegistry { try await client.content(of: read.config.digest) }
        do throws(ImageFault) {
            return try ImageBase(read, try ImageConfig(reading: config))
        } catch {
            throw Faults(error)
        }
    }
}
