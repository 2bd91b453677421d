package import AssetModel

/// A blob of an image: its type, digest and size, with whatever else a document says of it.
package struct ImageDescriptor: Sendable, Equatable {
    package let mediaType: String
    package let digest: SHA256Digest
    /// In bytes.
    package let size: Int64
    /// With keys that this program does not know.
    package private(set) var json: ImageJSON

    package init(mediaType: String, digest: SHA256Digest, size: Int64, annotations: [String: String] = [:]) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        json = .object([
            "mediaType": .text(mediaType), "digest": .text(digest.tagged), "size": .integer(size),
        ])
        self.annotations = annotations
    }

    /// Of a document.
    package init(_ mediaType: String, of bytes: [UInt8], annotations: [String: String] = [:]) {
        self.init(
            mediaType: mediaType, digest: SHA256Digest(of: bytes), size: Int64(bytes.count), annotations: annotations)
    }

    /// Nil where it is none, or its digest no SHA-256.
    init?(_ json: ImageJSON) {
        guard let mediaType = json["mediaType"]?.text, let size = json["size"]?.integer, size >= 0,
            let digest = json["digest"]?.text.flatMap(SHA256Digest.init(tagged:))
        else { return nil }
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.json = json
    }

    /// Those that are texts; none is no key.
    package var annotations: [String: String] {
        get { json["annotations"]?.fields?.compactMapValues(\.text) ?? [:] }
        set { json["annotations"] = newValue.isEmpty ? nil : .object(newValue.mapValues(ImageJSON.text)) }
    }

    package var platform: ImagePlatform? {
        get { json["platform"].flatMap(ImagePlatform.init) }
        set { json["platform"] = newValue?.json }
    }

    /// The same with the type that an OCI image has for it.
    var standard: ImageDescriptor {
        var json = json
        json["mediaType"] = .text(ImageMediaType.standard(mediaType))
        return ImageDescriptor(json) ?? self
    }

    /// What a layer of this program is made of; nil for any other.
    package var recipe: SHA256Digest? {
        guard mediaType == ImageMediaType.layer else { return nil }
        return annotations[ImageAnnotation.recipe].flatMap(SHA256Digest.init(tagged:))
    }
}

extension ImagePlatform {
    /// Nil where it names no system and architecture.
    init?(_ json: ImageJSON) {
        guard let system = json["os"]?.text, let architecture = json["architecture"]?.text else { return nil }
        self.init(system: system, architecture: architecture, variant: json["variant"]?.text)
    }

    var json: ImageJSON {
        var json = ImageJSON.object(["os": .text(system), "architecture": .text(architecture)])
        json["variant"] = variant.map(ImageJSON.text)
        return json
    }
}
