package import AssetModel
internal import Execution
package import FileSystem
package import ImageFormat
internal import Planning
internal import Synchronization

/// Makes layers of what stands in the assets directory.
package struct LayerMaking: Sendable {
    private let directory: Directory

    package init(directory: Directory) { self.directory = directory }

    /// What is read, hashed and written at a time, in bytes.
    private static let step = 1 << 20

    /// Where the bytes of a layer go.
    package struct Place: Sendable {
        let file: File
        /// Where in the file.
        let offset: Int64
        /// Told the layer's digest once all of it is written.
        let finish: @Sendable (SHA256Digest) throws(FileError) -> Void
        /// Called instead where the layer cannot be made.
        let discard: @Sendable () -> Void
    }

    /// Makes layers, several at the same time and the largest first.
    ///
    /// - Parameter place: where a layer is written to; nil where only its digest is wanted.
    /// - Returns: the digests, in the order of the layers.
    package func make(
        _ layers: [ImageLayer], _ observer: any OperationObserver,
        _ place: @escaping @Sendable (ImageLayer) throws(FileError) -> Place?
    ) async throws(Faults) -> [SHA256Digest] {
        let order = layers.indices.sorted { (layers[$1].size, $0) < (layers[$0].size, $1) }
        let assets = layers.flatMap { $0.parts.filter(\.isLast).map(\.asset) }
        let results = await observer.observing(.pack(assets)) { emit in
            let run = Run(directory: directory, progress: PackingProgress(layers, emit), stop: StopSign())
            return await withTaskCancellationHandler {
                await concurrentMap(order, window: DiskQueue.computingThreads) { index in
                    await DiskQueue.shared.run { run.result(of: layers[index], place) }
                }
            } onCancel: {
                run.stop.raise()
            }
        }
        return try Self.digests(results, order)
    }

    private static func digests(_ results: [Result<SHA256Digest, Faults>], _ order: [Int]) throws(Faults)
        -> [SHA256Digest]
    {
        var digests: [Int: SHA256Digest] = [:]
        var stopped: Faults?
        for (index, result) in zip(order, results) {
            do {
                digests[index] = try result.get()
            } catch {
                // The others were stopped because of it.
                guard error.isCancellation else { throw error }
                stopped = error
            }
        }
        if let stopped { throw stopped }
        return digests.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The making of some layers.
    private struct Run: Sendable {
        let directory: Directory
        let progress: PackingProgress
        let stop: StopSign

        func result(
            of layer: ImageLayer, _ place: (ImageLayer) throws(FileError) -> Place?
        ) -> Result<SHA256Digest, Faults> {
            do throws(Faults) {
                let place = try Faults.ofFile { () throws(FileError) in try place(layer) }
                do throws(Faults) {
                    return .success(try make(layer, at: place))
                } catch {
                    place?.discard()
                    throw error
                }
            } catch {
                // Nothing that the others come to is of use.
                stop.raise()
                return .failure(error)
            }
        }

        private func make(_ layer: ImageLayer, at place: Place?) throws(Faults) -> SHA256Digest {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: LayerMaking.step, alignment: 64)
            defer { buffer.deallocate() }
            var cursor = LayerCursor(layer, in: directory)
            var progress = LayerProgress(layer, progress)
            let hash = ContentHash()
            var offset = place?.offset ?? 0
            while true {
                if stop.isRaised { throw .cancelled }
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(try cursor.read(into: buffer))])
                if bytes.isEmpty { break }
                hash.update(bytes)
                try Faults.ofFile { () throws(FileError) in try place?.file.write(bytes, at: offset) }
                offset += Int64(bytes.count)
                progress.read(bytes.count, upTo: cursor.pin)
            }
            let digest = hash.finish().sha256
            try Faults.ofFile { () throws(FileError) in try place?.finish(digest) }
            progress.end()
            return digest
        }
    }
}

/// Tells threads that what they do is of no use any more.
///
/// A class because they share it.
final class StopSign: Sendable {
    private let state = Atomic(false)

    var isRaised: Bool { state.load(ordering: .relaxed) }

    func raise() { state.store(true, ordering: .relaxed) }
}

extension Faults {
    static let cancelled = Faults(.unexpected(CancellationError()))

    static func ofFile<Value>(_ body: () throws(FileError) -> Value) throws(Faults) -> Value {
        do {
            return try body()
        } catch {
            throw Faults(.file(error))
        }
    }

    /// Whether it only says that the task was cancelled.
    package var isCancellation: Bool {
        list.contains { fault in
            if case .unexpected(let error) = fault { error is CancellationError } else { false }
        }
    }
}
