internal import AssetModel
internal import FileSystem
package import ImageFormat
internal import ObjectStore
internal import Planning
package import Registry
internal import StoreTransport

/// Pushes an image of what a lock pins to a registry.
///
/// | step | what is asked of the registry |
/// | --- | --- |
/// | what the name stands for now | its manifests; nothing more where the image would be the same |
/// | layers that it has | whether they are there still |
/// | other layers | whether they arrived earlier; an upload each |
/// | configs, manifests, the lock | by their digests |
/// | the tag | last, so that it never names what is not whole |
package struct ImagePushing: Sendable {
    package struct Request: Sendable {
        package let target: RegistryReference
        /// An image that the assets go on top of.
        package var base: RegistryReference?
        /// Images whose layers can be used again, besides the one that is replaced.
        package var reuse: [RegistryReference] = []
        /// Whether registries that are not on this machine are spoken to without TLS.
        package var isPlain = false
        /// Nil for those of the base, or the standard ones.
        package var platforms: [ImagePlatform]?

        package init(target: RegistryReference) { self.target = target }
    }

    private let imaging: Imaging
    private let request: Request
    private let settings: RegistrySettings
    private let target: RegistryClient

    package init(_ imaging: Imaging, _ request: Request) throws(Faults) {
        guard request.target.digest == nil else { throw Faults(.image(.pushByDigest(request.target))) }
        self.imaging = imaging
        self.request = request
        settings = try RegistryOpening.open(
            imaging.session.settings, isPlain: request.isPlain, imaging.session.retries)
        target = RegistryClient(request.target, settings, for: .push)
    }

    /// What a push would do. Sends nothing.
    package func plan(_ wanted: Imaging.Request) async throws(Faults) -> PlannedImage {
        let contents = try await imaging.contents(wanted)
        let images = try await images([target] + others)
        return PlannedImage(
            contents: contents,
            known: contents.layers.map { layer in images.lazy.compactMap { $0.known(layer) }.first })
    }

    package func push(_ wanted: Imaging.Request) async throws(Faults) -> PushedImage {
        let contents = try await imaging.contents(wanted)
        let base = try await base()
        try RegistryLimits.check(contents.layers, on: base, in: request.target)
        let images = try await [replacedImage()].compactMap(\.self) + images(others)
        let known = contents.layers.map { self.known($0, images) }
        if let image = unchanged(contents, known, base, images) {
            await attach(contents, image)
            return PushedImage(image, request.target, [:], isUnchanged: true)
        }
        let layers = try await self.layers(contents, try await confirmed(known), wanted)
        let image = WrittenImage(
            documents: documents(layers.all, contents, base), layers: layers.all.map(\.built),
            reused: Set(layers.all.filter { !$0.isMade }.map(\.built.digest)), platforms: platforms(base),
            cacheKey: contents.facts.cacheKey)
        let delivery = ImageDelivery(
            target: target, documents: image.documents, layers: layers.all, base: base, directory: layers.directory)
        let outcomes = try await delivery.deliverBlobs(imaging.observer)
        try await delivery.deliverManifests()
        await attach(contents, image)
        try await delivery.tag(request.target.tag ?? request.target.selector)
        return PushedImage(image, request.target, outcomes, isUnchanged: false)
    }

    // MARK: What is there

    private var others: [RegistryClient] { request.reuse.map { RegistryClient($0, settings, for: .pull) } }

    private func images(_ clients: [RegistryClient]) async throws(Faults) -> [RegistryImage] {
        try await concurrentAttempts(clients) { client throws(Faults) in
            try await Faults.ofRegistry { () async throws -> RegistryImage? in try await RegistryImage.read(client) }
        }.compactMap(\.self)
    }

    /// The image that the name stands for now; nil where there is none, and where it may be pushed but not pulled.
    private func replacedImage() async throws(Faults) -> RegistryImage? {
        try await Faults.ofRegistry { () async throws -> RegistryImage? in
            do throws(StoreError) {
                return try await RegistryImage.read(target)
            } catch {
                guard error.isRefusal else { throw error }
                // Before all of the assets are read: those who may do neither are told so.
                try await target.tryPushing()
                target.passOverReading()
                imaging.observer.warn([.cannotPull(request.target)])
                return nil
            }
        }
    }

    private func base() async throws(Faults) -> RegistryBase? {
        guard let base = request.base else { return nil }
        return try await RegistryBase.read(RegistryClient(base, settings, for: .pull), request.platforms)
    }

    private func isTarget(_ client: RegistryClient) -> Bool { client.reference.name == request.target.name }

    /// The layer as an image has it; nil where none does.
    private func known(_ layer: ImageLayer, _ images: [RegistryImage]) -> DeliveredLayer? {
        for image in images {
            guard let digest = image.known(layer) else { continue }
            return DeliveredLayer(
                built: BuiltLayer(layer, digest: digest),
                origin: isTarget(image.client) ? .target : .image(image.client))
        }
        return nil
    }

    /// The image, where the name stands for the same already.
    private func unchanged(
        _ contents: ImageContents, _ known: [DeliveredLayer?], _ base: RegistryBase?, _ images: [RegistryImage]
    ) -> WrittenImage? {
        let layers = known.compactMap(\.self)
        guard layers.count == known.count else { return nil }
        let documents = self.documents(layers, contents, base)
        let isThere = images.contains { image in
            image.client.reference == request.target && image.digest == documents.top.descriptor.digest
        }
        guard isThere else { return nil }
        return WrittenImage(
            documents: documents, layers: layers.map(\.built), reused: Set(layers.map(\.built.digest)),
            platforms: platforms(base), cacheKey: contents.facts.cacheKey)
    }

    /// The same without those that the repository has no more.
    private func confirmed(_ known: [DeliveredLayer?]) async throws(Faults) -> [DeliveredLayer?] {
        try await concurrentAttempts(known) { layer throws(Faults) in
            guard let layer, case .target = layer.origin else { return layer }
            let isThere = try await Faults.ofRegistry { try await target.hasBlob(layer.built.digest) }
            return isThere ? layer : nil
        }
    }

    // MARK: What is made

    private struct Layers: Sendable {
        let all: [DeliveredLayer]
        /// Of what is made; nil where all is known.
        let directory: Directory?
    }

    private func layers(
        _ contents: ImageContents, _ known: [DeliveredLayer?], _ wanted: Imaging.Request
    ) async throws(Faults) -> Layers {
        let missing = zip(contents.layers, known).filter { $1 == nil }.map(\.0)
        guard !missing.isEmpty else { return Layers(all: known.compactMap(\.self), directory: nil) }
        let directory = try await imaging.fetch(missing, wanted)
        let digests = try await LayerMaking(directory: directory).make(missing, imaging.observer) { _ in nil }
        var made = zip(missing, digests).map { layer, digest in
            DeliveredLayer(built: BuiltLayer(layer, digest: digest), origin: .assets)
        }[...]
        return Layers(all: known.map { $0 ?? made.removeFirst() }, directory: directory)
    }

    private func platforms(_ base: RegistryBase?) -> [ImagePlatform] {
        base?.images.map(\.config.platform) ?? request.platforms ?? ImagePlatform.standard
    }

    private func documents(
        _ layers: [DeliveredLayer], _ contents: ImageContents, _ base: RegistryBase?
    ) -> ImageDocuments {
        var facts = contents.facts
        guard let base, let name = request.base else {
            return ImageDocuments(layers.map(\.built), facts, platforms(nil))
        }
        facts.base = ImageFacts.BaseName(name: name.description, digest: base.digest)
        return ImageDocuments(layers.map(\.built), facts, on: base.images, of: base.index)
    }

    /// The image is whole without it: a registry that does not take it is told of.
    private func attach(_ contents: ImageContents, _ image: WrittenImage) async {
        do throws(Faults) {
            try await AttachedLock(contents.lock, to: image.documents.top.descriptor).attach(by: target)
        } catch {
            if !Task.isCancelled { imaging.observer.warn([.lockNotAttached(request.target, error)]) }
        }
    }
}
