package import AssetModel
internal import Execution
package import FileSystem
package import ImageFormat
internal import Planning

/// Makes an image of what a lock pins.
package struct Imaging: Sendable {
    let session: Session
    let observer: any OperationObserver

    package init(_ session: Session, _ observer: any OperationObserver) {
        self.session = session
        self.observer = observer
    }

    package struct Request: Sendable {
        /// Whose entries are wanted besides those of no group.
        package var groups: Set<String>
        package var place = ImagePlace.root
        package var platforms = ImagePlatform.standard
        /// How much may be fetched, in bytes; nil for any amount.
        package var maxBytes: Int64?

        package init(groups: Set<String>) { self.groups = groups }
    }

    /// What would go in. Reads no content.
    package func contents(_ request: Request) async throws(Faults) -> ImageContents {
        let resolved = try await Planner(session: session, groups: request.groups).resolve().get()
        observer.warn(resolved.wanted.warnings.map(OperationWarning.resolution))
        return try ImageContents(resolved, session, at: request.place)
    }

    /// Puts what these layers are made of into the assets directory, where it is not there yet, as resolve does.
    ///
    /// - Returns: the assets directory.
    /// - Throws: `CancellationError` among the faults where the task was cancelled.
    package func fetch(_ layers: [ImageLayer], _ request: Request) async throws(Faults) -> Directory {
        var wanted = Resolving.Request(groups: request.groups)
        wanted.only = Set(layers.flatMap(\.pins))
        wanted.maxBytes = request.maxBytes
        let run = await Resolving(session, observer).run(wanted)
        let failures = [RunAsset](run.plan, run.report, isInterrupted: false).compactMap { asset in
            asset.failure.map { Fault.image(.notFetched(asset.step.pin, $0)) }
        }
        if Task.isCancelled { throw .cancelled }
        guard run.faults.isEmpty, failures.isEmpty, run.isDone, let directory = session.directory else {
            throw Faults(run.faults + failures)
        }
        return directory
    }

    // MARK: Layouts

    /// What writing it would do. Writes nothing.
    ///
    /// - Parameter target: whose layers are looked for; nil where there is none.
    package func plan(_ request: Request, for target: LayoutTarget?) async throws(Faults) -> PlannedImage {
        let contents = try await contents(request)
        let present = target?.existing
        return PlannedImage(contents: contents, known: contents.layers.map { present?.known($0) })
    }

    /// Makes an image in a layout. Layers that the layout has already are not made again.
    package func write(_ contents: ImageContents, to target: LayoutTarget, _ request: Request) async throws(Faults)
        -> WrittenImage
    {
        let layout = try target.open(contents.layers)
        do throws(Faults) {
            return try await write(contents, to: layout, request)
        } catch {
            layout.discard()
            throw error
        }
    }

    /// - Returns: the digests by what the layers are made of.
    private func make(
        _ layers: [ImageLayer], in layout: any Layout, _ request: Request
    ) async throws(Faults) -> [SHA256Digest: SHA256Digest] {
        guard !layers.isEmpty else { return [:] }
        let making = LayerMaking(directory: try await fetch(layers, request))
        let digests = try await making.make(layers, observer) { layer throws(FileError) in
            try layout.place(for: layer)
        }
        return Dictionary(zip(layers.map(\.recipe), digests)) { first, _ in first }
    }

    private func write(
        _ contents: ImageContents, to layout: any Layout, _ request: Request
    ) async throws(Faults) -> WrittenImage {
        let known = contents.layers.map(layout.known)
        let missing = zip(contents.layers, known).filter { $1 == nil }.map(\.0)
        let built = try await make(missing, in: layout, request)
        let layers = zip(contents.layers, known).compactMap { layer, known in
            (known ?? built[layer.recipe]).map { BuiltLayer(layer, digest: $0) }
        }
        let documents = ImageDocuments(layers, contents.facts, request.platforms)
        do throws(FileError) {
            try await DiskQueue.shared.run { () throws(FileError) in try layout.finish(documents) }
        } catch {
            throw Faults(.file(error))
        }
        return WrittenImage(
            documents: documents, layers: layers, reused: Set(known.compactMap(\.self)), platforms: request.platforms,
            cacheKey: contents.facts.cacheKey)
    }
}

/// An image that is to be made.
package struct PlannedImage: Sendable {
    package let contents: ImageContents
    /// The digest of each layer that is there already.
    package let known: [SHA256Digest?]
}

/// An image that was made.
package struct WrittenImage: Sendable {
    package let documents: ImageDocuments
    package let layers: [BuiltLayer]
    /// The digests of layers that were there already.
    package let reused: Set<SHA256Digest>
    package let platforms: [ImagePlatform]
    package let cacheKey: String
}
