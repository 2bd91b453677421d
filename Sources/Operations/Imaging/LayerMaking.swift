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

    /// How many layers are made at a time: each has two buffers.
    private static let window = 8

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
                await concurrentMap(order, window: min(DiskQueue.computingThreads, Self.window)) { index in
                    await run.result(of: layers[index], place)
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
            of layer: ImageLayer, _ place: @escaping @Sendable (ImageLayer) throws(FileError) -> Place?
        ) async -> Result<SHA256Digest, Faults> {
            do throws(Faults) {
                let place = try await onDisk { () throws(Faults) in
                    try Faults.ofFile { () throws(FileError) in try place(layer) }
                }
                do throws(Faults) {
                    return .success(try await make(layer, at: place))
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

        private func make(_ layer: ImageLayer, at place: Place?) async throws(Faults) -> SHA256Digest {
            let (reader, writer) = (LayerReading(layer, in: directory), LayerWriting(to: place))
            var progress = LayerProgress(layer, progress)
            var (buffer, next) = (LayerBuffer(), LayerBuffer())
            try await onDisk { [buffer] () throws(Faults) in try reader.fill(buffer) }
            while buffer.count > 0 {
                if stop.isRaised { throw .cancelled }
                try await advance(reader, writer, buffer, next)
                progress.read(buffer.count, upTo: buffer.pin)
                swap(&buffer, &next)
            }
            let digest = try await onDisk { () throws(Faults) in try writer.finish() }
            progress.end()
            return digest
        }

        /// Hashes and writes what was read, while another thread compares it with the lock and reads on.
        private func advance(
            _ reader: LayerReading, _ writer: LayerWriting, _ buffer: LayerBuffer, _ next: LayerBuffer
        ) async throws(Faults) {
            async let read = DiskQueue.shared.run { () -> Result<Int, Faults> in
                do throws(Faults) {
                    try buffer.compare()
                    try reader.fill(next)
                    return .success(next.count)
                } catch {
                    return .failure(error)
                }
            }
            let written = await DiskQueue.shared.run { () -> Result<Int, Faults> in
                do throws(Faults) {
                    return .success(try writer.take(buffer))
                } catch {
                    return .failure(error)
                }
            }
            _ = try await read.get()
            _ = try written.get()
        }

        private func onDisk<Value: Sendable>(
            _ body: @escaping @Sendable () throws(Faults) -> Value
        ) async throws(Faults) -> Value { try await DiskQueue.shared.run(body) }
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
