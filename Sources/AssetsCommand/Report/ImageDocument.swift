internal import AssetModel
internal import ImageFormat
internal import Operations
internal import Registry

/// An image as JSON: what `schema/image.schema.json` describes.
struct ImageDocument: Encodable, Sendable {
    struct Layer: Encodable, Sendable {
        /// Nil where it is to be computed.
        @OrNull var digest: String?
        /// Of what the layer is made of.
        let recipe: String
        let size: Int64
        let files: Int
        let assets: [String]
        let state: State
    }

    enum State: String, Encodable, Sendable {
        /// It is to be made.
        case planned
        case written
        /// It was there already.
        case reused
        case pushed
        /// The registry had it in another repository.
        case mounted
    }

    struct Platform: Encodable, Sendable {
        let platform: String
        @OrNull var manifest: String?
        @OrNull var config: String?
    }

    static let format = "modelkit-assets/image"
    static let version = 1

    var format = Self.format
    var version = Self.version
    let dryRun: Bool
    /// The image with its digest.
    @OrNull var reference: String?
    @OrNull var digest: String?
    @OrNull var mediaType: String?
    let assetsDir: String
    let cacheKey: String
    let platforms: [Platform]
    let layers: [Layer]
    /// Of all layers, in bytes.
    let size: Int64
}

extension ImageDocument {
    init(_ planned: PlannedImage, _ request: Imaging.Request) {
        self.init(
            dryRun: true, assetsDir: request.place.description, cacheKey: planned.contents.facts.cacheKey,
            platforms: request.platforms.map { Platform(platform: $0.description) },
            layers: zip(planned.contents.layers, planned.known).map { layer, digest in
                Layer(layer, digest, digest == nil ? .planned : .reused)
            },
            size: ByteSum.of(planned.contents.layers.map(\.size)))
    }

    init(_ image: WrittenImage, _ target: LayoutTarget, _ request: Imaging.Request) {
        let (documents, top) = (image.documents, image.documents.top.descriptor)
        self.init(
            dryRun: false, reference: "\(target)@\(top.digest.tagged)", digest: top.digest.tagged,
            mediaType: top.mediaType, assetsDir: request.place.description, cacheKey: image.cacheKey,
            platforms: zip(image.platforms, zip(documents.manifests, documents.configs)).map { platform, blobs in
                Platform(
                    platform: platform.description, manifest: blobs.0.descriptor.digest.tagged,
                    config: blobs.1.descriptor.digest.tagged)
            },
            layers: image.layers.map { built in
                Layer(built.layer, built.digest, image.reused.contains(built.digest) ? .reused : .written)
            },
            size: ByteSum.of(image.layers.map(\.layer.size)))
    }
}

extension ImageDocument {
    init(_ pushed: PushedImage, _ request: Imaging.Request) {
        let (image, documents) = (pushed.image, pushed.image.documents)
        let top = documents.top.descriptor
        self.init(
            dryRun: false, reference: pushed.reference.description, digest: top.digest.tagged,
            mediaType: top.mediaType, assetsDir: request.place.description, cacheKey: image.cacheKey,
            platforms: zip(image.platforms, zip(documents.manifests, documents.configs)).map { platform, blobs in
                Platform(
                    platform: platform.description, manifest: blobs.0.descriptor.digest.tagged,
                    config: blobs.1.descriptor.digest.tagged)
            },
            layers: image.layers.map { built in
                Layer(built.layer, built.digest, State(pushed.deliveries[built.digest]))
            },
            size: ByteSum.of(image.layers.map(\.layer.size)))
    }
}

extension ImageDocument.State {
    fileprivate init(_ delivery: BlobDelivery?) {
        switch delivery {
        case .sent: self = .pushed
        case .mounted: self = .mounted
        case .present, nil: self = .reused
        }
    }
}

extension ImageDocument.Layer {
    fileprivate init(_ layer: ImageLayer, _ digest: SHA256Digest?, _ state: ImageDocument.State) {
        self.init(
            digest: digest?.tagged, recipe: layer.recipe.tagged, size: layer.size,
            files: layer.parts.reduce(0) { $0 + $1.files.count }, assets: layer.pins.map(\.description), state: state)
    }
}
