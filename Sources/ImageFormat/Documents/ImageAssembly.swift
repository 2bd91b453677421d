package import AssetModel

/// A layer whose digest is known.
package struct BuiltLayer: Sendable {
    package let layer: ImageLayer
    package let digest: SHA256Digest

    package init(_ layer: ImageLayer, digest: SHA256Digest) {
        self.layer = layer
        self.digest = digest
    }

    package var descriptor: ImageDescriptor {
        var annotations = [ImageAnnotation.assets: layer.assetNames]
        if layer.isReusable { annotations[ImageAnnotation.recipe] = layer.recipe.tagged }
        return ImageDescriptor(
            mediaType: ImageMediaType.layer, digest: digest, size: layer.size, annotations: annotations)
    }
}

extension ImageLayer {
    /// How long the list of its assets may become, in bytes: registries limit manifests.
    private static let namesLimit = 4096

    /// `nlp/lexicon:2.0 nlp/vectors:1.4`
    package var assetNames: String {
        var names = ""
        for (index, pin) in pins.enumerated() {
            let name = (index > 0 ? " " : "") + pin.description
            if names.utf8.count + name.utf8.count > Self.namesLimit {
                return names + " and \(pins.count - index) more"
            }
            names += name
        }
        return names
    }
}

/// An image that others go on top of.
package struct ImageBase: Sendable {
    package let manifest: ImageManifest
    package let config: ImageConfig

    /// - Throws: where the two do not belong together.
    package init(_ manifest: ImageManifest, _ config: ImageConfig) throws(ImageFault) {
        guard manifest.layers.count == config.diffIDs.count else { throw .malformed(.config) }
        self.manifest = manifest
        self.config = config
    }
}

/// What is told of an image; all of it follows from what goes in.
package struct ImageFacts: Sendable {
    package let title: String
    package let version: String
    /// Seconds since 1970: when the latest of its assets was pushed.
    package let created: Int64
    package let cacheKey: String
    package let lock: SHA256Digest
    package let place: ImagePlace
    /// What the base is called, and its digest; nil where there is none.
    package var base: BaseName?

    package struct BaseName: Sendable {
        package let name: String
        package let digest: SHA256Digest

        package init(name: String, digest: SHA256Digest) {
            self.name = name
            self.digest = digest
        }
    }

    package init(
        assets: [ImageAsset], cacheKey: String, lock: SHA256Digest, place: ImagePlace, base: BaseName? = nil
    ) {
        let only = assets.count == 1 ? assets.first : nil
        title = only?.pin.name.text ?? "assets"
        version = only?.pin.version.text ?? String(cacheKey.prefix(12))
        created = assets.map(\.time).max() ?? 0
        self.cacheKey = cacheKey
        self.lock = lock
        self.place = place
        self.base = base
    }

    /// - Parameter old: the base's, which keeps its title and version.
    func annotations(over old: [String: String] = [:]) -> [String: String] {
        var annotations = [
            ImageAnnotation.title: title, ImageAnnotation.version: version,
            ImageAnnotation.created: PushDate.text(created),
        ].merging(old) { _, old in old }
        annotations[ImageAnnotation.cacheKey] = cacheKey
        annotations[ImageAnnotation.lock] = lock.tagged
        if let base {
            annotations[ImageAnnotation.baseName] = base.name
            annotations[ImageAnnotation.baseDigest] = base.digest.tagged
        }
        return annotations
    }
}

/// The documents of an image.
package struct ImageDocuments: Sendable {
    /// What names another comes after it.
    package struct Blob: Sendable {
        package let descriptor: ImageDescriptor
        package let bytes: [UInt8]

        init(_ mediaType: String, _ json: ImageJSON) {
            bytes = json.bytes
            descriptor = ImageDescriptor(mediaType, of: bytes)
        }
    }

    /// The configs.
    package let configs: [Blob]
    /// The manifests, one a platform, in the order of the configs.
    package let manifests: [Blob]
    /// Nil where there is one manifest, which is the image.
    package let index: Blob?

    /// What the image is named by.
    package var top: Blob { index ?? manifests[0] }

    /// All of them, each after those that it names.
    package var blobs: [Blob] { configs + manifests + (index.map { [$0] } ?? []) }

    /// Of an image of its own.
    ///
    /// - Precondition: there is a platform.
    package init(_ layers: [BuiltLayer], _ facts: ImageFacts, _ platforms: [ImagePlatform]) {
        let bases: [(platform: ImagePlatform, base: ImageBase?)] = platforms.map { ($0, nil) }
        self.init(layers, facts, bases, hasIndex: platforms.count > 1, old: [:])
    }

    /// Of an image that has others below it.
    ///
    /// - Parameters:
    ///   - index: the base's; nil where the base is one manifest.
    /// - Precondition: there is a base.
    package init(_ layers: [BuiltLayer], _ facts: ImageFacts, on bases: [ImageBase], of index: ImageIndex?) {
        let all: [(platform: ImagePlatform, base: ImageBase?)] = bases.map { ($0.config.platform, $0) }
        self.init(layers, facts, all, hasIndex: index != nil, old: index?.annotations ?? [:])
    }

    private init(
        _ layers: [BuiltLayer], _ facts: ImageFacts, _ all: [(platform: ImagePlatform, base: ImageBase?)],
        hasIndex: Bool, old: [String: String]
    ) {
        let writer = DocumentWriter(layers: layers, facts: facts)
        let configs = all.map { Blob(ImageMediaType.config, writer.config(for: $0.platform, on: $0.base)) }
        let manifests = zip(all, configs).map { one, config in
            Blob(ImageMediaType.manifest, writer.manifest(config.descriptor, on: one.base))
        }
        self.configs = configs
        self.manifests = manifests
        let entries = zip(all, manifests).map { one, manifest in
            var descriptor = manifest.descriptor
            descriptor.platform = one.platform
            return descriptor
        }
        index =
            hasIndex
            ? Blob(ImageMediaType.index, ImageIndex(entries, annotations: facts.annotations(over: old)).json) : nil
    }
}
