internal import AssetModel
internal import FileSystem
internal import ImageFormat
internal import ObjectStore
internal import Planning
internal import Registry

/// Brings what an image needs to a registry: all blobs first, then the manifests, each after what it names.
struct ImageDelivery: Sendable {
    let target: RegistryClient
    let documents: ImageDocuments
    /// Layers of the assets, the lowest first.
    let layers: [DeliveredLayer]
    let base: RegistryBase?
    /// Nil where no layer is made.
    let directory: Directory?

    /// How many blobs are on their way at a time.
    private static let window = 4

    /// What came of a blob.
    struct Outcome: Sendable {
        let digest: SHA256Digest
        let delivery: BlobDelivery
    }

    /// - Returns: what came of each blob that was not known to be there.
    func deliverBlobs(_ observer: any OperationObserver) async throws(Faults) -> [SHA256Digest: BlobDelivery] {
        let made = layers.filter(\.isMade).map(\.built.layer)
        let assets = made.flatMap { $0.parts.filter(\.isLast).map(\.asset) }
        guard !assets.isEmpty else { return try await deliver(progress: nil).get() }
        return try await observer.observing(.send(assets)) { emit in
            await deliver(progress: PackingProgress(made, emit))
        }.get()
    }

    private func deliver(progress: PackingProgress?) async -> Result<[SHA256Digest: BlobDelivery], Faults> {
        do throws(Faults) {
            let outcomes = try await concurrentAttempts(blobs(progress), window: Self.window) { blob throws(Faults) in
                Outcome(digest: blob.source.digest, delivery: try await deliver(blob))
            }
            return .success(Dictionary(outcomes.map { ($0.digest, $0.delivery) }) { first, _ in first })
        } catch {
            return .failure(error)
        }
    }

    /// A blob, and where it may be taken over from.
    private struct Blob: Sendable {
        let source: any BlobSource
        var other: String?
        /// Of a layer of assets.
        var progress: SendingProgress?
    }

    private func deliver(_ blob: Blob) async throws(Faults) -> BlobDelivery {
        let delivery = try await Faults.ofRegistry { () async throws -> BlobDelivery in
            if try await target.hasBlob(blob.source.digest) { return .present }
            return try await target.upload(blob.source, mountingFrom: blob.other)
        }
        blob.progress?.end()
        return delivery
    }

    /// The largest first, each once.
    private func blobs(_ progress: PackingProgress?) -> [Blob] {
        var blobs = layers.compactMap { blob(of: $0, progress) }
        if let base {
            let other = self.other(base.client)
            blobs += base.images.flatMap(\.manifest.layers).map { layer in
                Blob(source: base.client.source(of: layer.digest, size: layer.size), other: other)
            }
        }
        blobs += documents.configs.map { Blob(source: BytesBlob($0.bytes)) }
        var seen: Set<SHA256Digest> = []
        return blobs.filter { seen.insert($0.source.digest).inserted }.sorted { $1.source.size < $0.source.size }
    }

    private func blob(of layer: DeliveredLayer, _ progress: PackingProgress?) -> Blob? {
        let built = layer.built
        switch layer.origin {
        case .target: return nil
        case .image(let client):
            return Blob(source: client.source(of: built.digest, size: built.layer.size), other: other(client))
        case .assets:
            guard let directory, let progress else { return nil }
            let sending = SendingProgress(built.layer, progress)
            let source = LayerBlob(
                layer: built.layer, digest: built.digest, directory: directory, progress: sending)
            return Blob(source: source, progress: sending)
        }
    }

    /// The repository that a blob can be mounted from; nil where it is in another registry, or in this repository.
    private func other(_ client: RegistryClient) -> String? {
        let reference = client.reference
        guard reference.host == target.reference.host, reference.repository != target.reference.repository else {
            return nil
        }
        return reference.repository
    }

    // MARK: Manifests

    /// Puts the manifests by their digests.
    func deliverManifests() async throws(Faults) {
        for blob in documents.manifests + (documents.index.map { [$0] } ?? []) {
            try await Faults.ofRegistry { _ = try await target.put(RegistryManifest(blob)) }
        }
    }

    /// Names the image, all of which is there.
    func tag(_ tag: String) async throws(Faults) {
        try await Faults.ofRegistry { _ = try await target.put(RegistryManifest(documents.top), tag: tag) }
    }
}

/// A layer of assets on its way to a registry.
struct DeliveredLayer: Sendable {
    enum Origin: Sendable {
        /// The registry has it in the image's own repository.
        case target
        /// Another image has it.
        case image(RegistryClient)
        /// It is made of what stands in the assets directory.
        case assets
    }

    let built: BuiltLayer
    let origin: Origin

    var isMade: Bool { if case .assets = origin { true } else { false } }
}

extension RegistryManifest {
    init(_ blob: ImageDocuments.Blob) { self.init(mediaType: blob.descriptor.mediaType, bytes: blob.bytes) }
}
