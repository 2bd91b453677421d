internal import AssetModel
internal import FileSystem
internal import ImageFormat
internal import NIOCore
internal import Registry
internal import Synchronization

/// A layer on its way to a registry: made of the files in the assets directory each time that it is sent.
struct LayerBlob: BlobSource {
    let layer: ImageLayer
    let digest: SHA256Digest
    let directory: Directory
    let progress: SendingProgress

    var size: Int64 { layer.size }

    func open() -> any AsyncSequence<ByteBuffer, any Error> & Sendable { LayerPieces(blob: self) }
}

private struct LayerPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let blob: LayerBlob

    func makeAsyncIterator() -> Iterator {
        Iterator(reader: LayerReader(blob.layer, in: blob.directory), progress: blob.progress)
    }

    struct Iterator: AsyncIteratorProtocol {
        let reader: LayerReader
        let progress: SendingProgress
        /// Where in the layer, in bytes.
        var offset: Int64 = 0

        @concurrent mutating func next() async throws -> ByteBuffer? {
            let piece = try await DiskQueue.shared.run { [reader] () throws(Faults) in try reader.next() }
            guard piece.bytes.readableBytes > 0 else { return nil }
            offset += Int64(piece.bytes.readableBytes)
            progress.read(to: offset, of: piece.pin)
            return piece.bytes
        }
    }
}

/// A layer that is being read. For one task at a time.
///
/// A class because each piece may be read by another thread.
private final class LayerReader: Sendable {
    struct Piece: Sendable {
        let bytes: ByteBuffer
        /// Whose content was read last.
        let pin: AssetPin?
    }

    private let cursor: Mutex<LayerCursor>

    /// In bytes: a connection takes some of them at a time.
    private static let piece = 256 << 10

    init(_ layer: ImageLayer, in directory: Directory) { cursor = Mutex(LayerCursor(layer, in: directory)) }

    /// Empty at the end.
    func next() throws(Faults) -> Piece {
        let result = cursor.withLock { cursor -> Result<Piece, Faults> in
            var buffer = ByteBufferAllocator().buffer(capacity: Self.piece)
            var fault: Faults?
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.piece) { room in
                do throws(Faults) {
                    return try cursor.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<Self.piece]))
                } catch {
                    fault = error
                    return 0
                }
            }
            if let fault { return .failure(fault) }
            return .success(Piece(bytes: buffer, pin: cursor.pin))
        }
        return try result.get()
    }
}
