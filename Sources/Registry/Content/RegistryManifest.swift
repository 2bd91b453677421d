package import AssetModel
internal import StoreTransport

/// A manifest or an index, byte for byte: its digest is that of the bytes.
package struct RegistryManifest: Sendable, Hashable {
    package let mediaType: String
    package let digest: SHA256Digest
    package let bytes: [UInt8]

    package init(mediaType: String, bytes: [UInt8]) {
        self.mediaType = mediaType
        self.bytes = bytes
        digest = SHA256Digest(bytes: Digests.sha256(bytes))
    }

    /// Whether it lists manifests, one a platform.
    package var isIndex: Bool { mediaType == Self.index || mediaType == Self.dockerIndex }

    package static let index = "application/vnd.oci.image.index.v1+json"
    package static let image = "application/vnd.oci.image.manifest.v1+json"
    package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
    package static let dockerImage = "application/vnd.docker.distribution.manifest.v2+json"

    static let accepted = [index, image, dockerIndex, dockerImage].joined(separator: ", ")

    /// In bytes: registries take 4 MiB, some of them more.
    static let limit = 16 << 20
}
