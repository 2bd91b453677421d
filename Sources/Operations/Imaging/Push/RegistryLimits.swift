internal import AssetModel
internal import ImageFormat
internal import Registry

/// What a registry, or what runs an image, is known not to take: told before the first byte is sent.
enum RegistryLimits {
    /// What overlay2 mounts at a time is 128 folders, one of them the container's own.
    static let layers = 127

    static func check(_ layers: [ImageLayer], on base: RegistryBase?, in target: RegistryReference) throws(Faults) {
        let below = base?.images.map(\.manifest.layers.count).max() ?? 0
        guard layers.count + below <= Self.layers else {
            throw Faults(.image(.tooManyLayers(layers.count + below, limit: Self.layers)))
        }
        guard let limit = largestLayer(target.host), let large = layers.first(where: { $0.size > limit }) else {
            return
        }
        throw Faults(.image(.layerTooLarge(large.pins, bytes: large.size, limit: limit, host: target.host)))
    }

    /// In bytes; nil where none is published.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html>,
    /// <https://docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-container-registry>,
    /// <https://learn.microsoft.com/azure/container-registry/container-registry-skus>
    private static func largestLayer(_ host: String) -> Int64? {
        switch true {
        case host == "public.ecr.aws": 10_000 << 20
        case host.contains(".dkr.ecr.") && host.contains(".amazonaws.com"): 52_000 << 20
        case host == "ghcr.io": 10_000_000_000
        case host.hasSuffix(".azurecr.io"): 200 << 30
        default: nil
        }
    }
}
