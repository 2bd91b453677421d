/// The words of images' documents.
/// Source: <https://github.com/opencontainers/image-spec>
package enum ImageMediaType {
    package static let config = "application/vnd.oci.image.config.v1+json"
    package static let manifest = "application/vnd.oci.image.manifest.v1+json"
    package static let index = "application/vnd.oci.image.index.v1+json"
    package static let layer = "application/vnd.oci.image.layer.v1.tar"

    package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"

    /// What a document or layer of Docker's is called in an OCI image, where it is the same.
    static func standard(_ mediaType: String) -> String {
        switch mediaType {
        case dockerManifest: manifest
        case dockerIndex: index
        case "application/vnd.docker.container.image.v1+json": config
        case "application/vnd.docker.image.rootfs.diff.tar": layer
        case "application/vnd.docker.image.rootfs.diff.tar.gzip": layer + "+gzip"
        default: mediaType
        }
    }
}

/// The annotations that this program writes and reads.
package enum ImageAnnotation {
    /// Of an image in a layout: its tag.
    package static let tag = "org.opencontainers.image.ref.name"
    static let title = "org.opencontainers.image.title"
    static let version = "org.opencontainers.image.version"
    static let created = "org.opencontainers.image.created"
    static let baseName = "org.opencontainers.image.base.name"
    static let baseDigest = "org.opencontainers.image.base.digest"
    /// What `cache-key` prints.
    static let cacheKey = "modelkit-assets.cache-key"
    /// The digest of what the lock says of the assets that are in the image.
    static let lock = "modelkit-assets.lock"
    /// Of a layer: which assets it has.
    static let assets = "modelkit-assets.assets"
    /// Of a layer: what it is made of, by which it is known again before it is made.
    static let recipe = "modelkit-assets.recipe"
}
