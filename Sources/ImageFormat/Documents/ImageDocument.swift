package import AssetModel

/// A manifest: a config and layers.
package struct ImageManifest: Sendable, Equatable {
    package let config: ImageDescriptor
    /// The lowest first.
    package let layers: [ImageDescriptor]
    package let annotations: [String: String]

    /// Reads one of OCI's or Docker's; what is in it is called as OCI does.
    package init(reading bytes: [UInt8]) throws(ImageFault) {
        guard let json = ImageJSON(bytes), let config = json["config"].flatMap(ImageDescriptor.init),
            let items = json["layers"]?.items
        else { throw .malformed(.manifest) }
        self.config = config.standard
        layers = items.compactMap(ImageDescriptor.init).map(\.standard)
        annotations = json["annotations"]?.fields?.compactMapValues(\.text) ?? [:]
        guard layers.count == items.count else { throw .malformed(.manifest) }
    }

    /// Layers of this program by what they are made of.
    package var layersByRecipe: [SHA256Digest: ImageDescriptor] {
        let known = layers.compactMap { layer in layer.recipe.map { ($0, layer) } }
        return Dictionary(known) { first, _ in first }
    }
}

/// An index: images, each for a platform or under a name; of a layout, all that are in it.
package struct ImageIndex: Sendable, Equatable {
    package private(set) var json: ImageJSON
    package private(set) var manifests: [ImageDescriptor]

    package init(_ manifests: [ImageDescriptor], annotations: [String: String] = [:]) {
        self.manifests = manifests
        json = .object([
            "schemaVersion": .integer(2), "mediaType": .text(ImageMediaType.index),
            "manifests": .list(manifests.map(\.json)),
        ])
        if !annotations.isEmpty { json["annotations"] = .object(annotations.mapValues(ImageJSON.text)) }
    }

    /// Reads one of OCI's or Docker's.
    package init(reading bytes: [UInt8]) throws(ImageFault) {
        guard let json = ImageJSON(bytes), let items = json["manifests"]?.items else { throw .malformed(.index) }
        self.json = json
        manifests = items.compactMap(ImageDescriptor.init)
        guard manifests.count == items.count else { throw .malformed(.index) }
    }

    package var annotations: [String: String] { json["annotations"]?.fields?.compactMapValues(\.text) ?? [:] }

    package var bytes: [UInt8] { json.bytes }

    /// Of a layout: puts an image in the place of what has its tag. Whatever else is in the index stays.
    package mutating func put(_ image: ImageDescriptor, tag: String) {
        var image = image
        image.annotations[ImageAnnotation.tag] = tag
        manifests.removeAll { $0.annotations[ImageAnnotation.tag] == tag }
        manifests.append(image)
        json["manifests"] = .list(manifests.map(\.json))
    }

    /// The image that has the tag.
    package func image(_ tag: String) -> ImageDescriptor? {
        manifests.first { $0.annotations[ImageAnnotation.tag] == tag }
    }

    /// Those that are for a platform, which descriptions of other manifests (`unknown/unknown`) are not.
    package var images: [ImageDescriptor] {
        manifests.filter { descriptor in
            guard let platform = descriptor.platform else { return false }
            return platform.system != "unknown" && platform.architecture != "unknown"
        }
    }
}

/// The config of an image that is there already.
package struct ImageConfig: Sendable, Equatable {
    package let json: ImageJSON
    package let platform: ImagePlatform
    package let diffIDs: [String]

    package init(reading bytes: [UInt8]) throws(ImageFault) {
        guard let json = ImageJSON(bytes), let platform = ImagePlatform(json),
            let items = json["rootfs"]?["diff_ids"]?.items
        else { throw .malformed(.config) }
        self.json = json
        self.platform = platform
        diffIDs = items.compactMap(\.text)
        guard diffIDs.count == items.count else { throw .malformed(.config) }
    }
}
