internal import AssetModel
internal import FileSystem
internal import NIOCore
internal import ObjectStore
internal import Planning
internal import Synchronization

/// Writes a part where it arrives, while its bytes are in the processor's cache.
///
/// A class because the connections that bring it, one after the other, and the task that waits for it share it.
final class PartSink: BodySink {
    private struct State {
        var writer: PartWriter
        var gathered: [ByteBuffer] = []
        /// Of what is gathered, in bytes.
        var size = 0
    }

    private let state: Mutex<State>
    private let turns: WriteTurns
    private let file: File
    private let fetcher: PartFetcher
    private let pin: AssetPin

    /// Less is gathered before it is written, in bytes: a write costs as much as copying a few kilobytes.
    private static let leastWrite = 64 << 10

    /// - Parameter file: of the part, opened for writing.
    init(_ writer: PartWriter, _ file: File, _ fetcher: PartFetcher) {
        turns = writer.staged.objects[writer.part.object].turns
        state = Mutex(State(writer: writer))
        pin = writer.staged.pin
        self.file = file
        self.fetcher = fetcher
    }

    func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        fetcher.meter.received(piece.readableBytes)
        let gathered: (PartWriter, [ByteBuffer])?
        do {
            gathered = try state.withLock { state in try gather(piece, &state) }
        } catch {
            return completion(.failure(error))
        }
        guard let (writer, chunks) = gathered else { return completion(.success(())) }
        turns.perform { [file] () throws(FileError) in
            try writer.put(chunks, into: file)
        } completion: { result in
            completion(Result { try self.advance(past: chunks, after: result) })
        }
    }

    /// - Returns: what is to be written now.
    private func gather(_ piece: ByteBuffer, _ state: inout State) throws -> (PartWriter, [ByteBuffer])? {
        state.size += piece.readableBytes
        let offset = state.writer.offset + Int64(state.size)
        guard offset <= state.writer.end else { throw fetcher.ended(late: offset, state.writer) }
        if piece.readableBytes > 0 { state.gathered.append(piece) }
        guard state.size >= Self.leastWrite || offset == state.writer.end, state.size > 0 else { return nil }
        defer { (state.gathered, state.size) = ([], 0) }
        return (state.writer, state.gathered)
    }

    private func advance(past chunks: [ByteBuffer], after result: Result<Void, FileError>) throws {
        try result.get()
        let size = try state.withLock { state in
            let start = state.writer.offset
            try state.writer.advance(past: chunks)
            return state.writer.offset - start
        }
        fetcher.emit(.received(pin, bytes: size))
    }

    /// The writer, once nothing comes any more.
    ///
    /// - Throws: `StoreError` where not all came.
    func drained() throws -> PartWriter {
        let (writer, unwritten) = state.withLock { ($0.writer, $0.size) }
        guard writer.offset == writer.end else { throw fetcher.ended(early: writer.offset + Int64(unwritten), writer) }
        return writer
    }
}
