package import AssetModel
internal import ImageFormat
package import Registry

/// An image that a registry has now.
package struct PushedImage: Sendable {
    package let image: WrittenImage
    /// Under which name.
    package let target: RegistryReference
    /// What came of the layers that were not known to be there.
    package let deliveries: [SHA256Digest: BlobDelivery]
    /// Whether the name stood for it before.
    package let isUnchanged: Bool

    init(
        _ image: WrittenImage, _ target: RegistryReference, _ deliveries: [SHA256Digest: BlobDelivery],
        isUnchanged: Bool
    ) {
        self.image = image
        self.target = target
        self.deliveries = deliveries
        self.isUnchanged = isUnchanged
    }

    /// By its digest.
    package var reference: RegistryReference { target.pinned(to: image.documents.top.descriptor.digest) }

    /// How much of the assets' layers was sent, in bytes.
    package var sentBytes: Int64 {
        ByteSum.of(image.layers.filter { deliveries[$0.digest] == .sent }.map(\.layer.size))
    }
}
