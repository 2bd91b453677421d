internal import AssetModel
internal import ImageFormat
internal import ObjectStore
internal import Registry

/// What the lock says of an image's assets, attached to the image.
///
/// Source: <https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage>
struct AttachedLock: Sendable {
    static let artifactType = "application/vnd.modelkit-assets.lock.v1"

    private let blobs: [BytesBlob]
    private let manifest: RegistryManifest
    private let subject: SHA256Digest

    init(_ text: [UInt8], to image: ImageDescriptor) {
        let empty = Array("{}".utf8)
        var config = ImageDescriptor("application/vnd.oci.empty.v1+json", of: empty).json
        config["data"] = .text("e30=")
        let lock = ImageDescriptor(
            Self.artifactType, of: text, annotations: ["org.opencontainers.image.title": "assets.lock"])
        let subject = ImageDescriptor(mediaType: image.mediaType, digest: image.digest, size: image.size)
        let json = ImageJSON.object([
            "schemaVersion": .integer(2), "mediaType": .text(RegistryManifest.image),
            "artifactType": .text(Self.artifactType), "config": config, "layers": .list([lock.json]),
            "subject": subject.json,
        ])
        manifest = RegistryManifest(mediaType: RegistryManifest.image, bytes: json.bytes)
        blobs = [BytesBlob(empty), BytesBlob(text)]
        self.subject = image.digest
    }

    /// Whether it is known to be attached.
    private func isAttached(_ client: RegistryClient) async throws(StoreError) -> Bool {
        do throws(StoreError) {
            let known = try await client.referrers(of: subject, type: Self.artifactType)
            return known.contains { $0.digest == manifest.digest }
        } catch {
            // What may not be looked at may be written to all the same.
            guard error.isRefusal else { throw error }
            return false
        }
    }

    /// Attaches it, unless it is attached already.
    func attach(by client: RegistryClient) async throws(Faults) {
        try await Faults.ofRegistry {
            guard try await !isAttached(client) else { return }
            for blob in blobs where try await !client.hasBlob(blob.digest) { _ = try await client.upload(blob) }
            try await client.attach(manifest, of: Self.artifactType, to: subject)
        }
    }
}
