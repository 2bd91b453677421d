internal import AssetModel
internal import Execution
internal import FileSystem
internal import ImageFormat
internal import Synchronization

/// Some bytes of a layer between those who read and those who write.
///
/// A class because it owns its memory. One task at a time fills it, and then others read from it.
final class LayerBuffer: Sendable {
    private struct State {
        var count = 0
        var unchecked: [UncheckedContent] = []
        var pin: AssetPin?
    }

    /// What is read, hashed and written at a time, in bytes.
    private static let capacity = 1 << 20

    // As a number, since a pointer may not be shared.
    private let address: UInt
    private let state = Mutex(State())

    init() {
        address = UInt(bitPattern: UnsafeMutableRawPointer.allocate(byteCount: Self.capacity, alignment: 64))
    }

    deinit { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }

    private var memory: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: address), count: Self.capacity)
    }

    /// In bytes; none at the end of a layer.
    var count: Int { state.withLock(\.count) }

    /// Whose content was read last.
    var pin: AssetPin? { state.withLock(\.pin) }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    fileprivate func fill(from cursor: inout LayerCursor) throws(Faults) {
        let count = try cursor.read(into: memory)
        let (unchecked, pin) = (cursor.unchecked, cursor.pin)
        state.withLock { $0 = State(count: count, unchecked: unchecked, pin: pin) }
    }

    /// Compares the contents in it with the lock.
    func compare() throws(Faults) {
        for content in state.withLock(\.unchecked) {
            try content.compare(UnsafeRawBufferPointer(rebasing: memory[content.range]))
        }
    }
}

/// A layer that is being read.
///
/// A class because each buffer may be filled by another thread.
final class LayerReading: Sendable {
    private let cursor: Mutex<LayerCursor>

    init(_ layer: ImageLayer, in directory: Directory) {
        cursor = Mutex(LayerCursor(layer, in: directory, checksLater: true))
    }

    func fill(_ buffer: LayerBuffer) throws(Faults) {
        try cursor.withLock { (cursor) throws(Faults) in try buffer.fill(from: &cursor) }
    }
}

/// The same on its way to where it goes.
///
/// A class because each buffer may be written by another thread.
final class LayerWriting: Sendable {
    private struct State {
        let hash = ContentHash()
        var offset: Int64
    }

    private let place: LayerMaking.Place?
    private let state: Mutex<State>

    init(to place: LayerMaking.Place?) {
        self.place = place
        state = Mutex(State(offset: place?.offset ?? 0))
    }

    /// - Returns: how many bytes.
    func take(_ buffer: LayerBuffer) throws(Faults) -> Int {
        try state.withLock { (state) throws(Faults) in
            let bytes = buffer.bytes
            state.hash.update(bytes)
            let offset = state.offset
            try Faults.ofFile { () throws(FileError) in try place?.file.write(bytes, at: offset) }
            state.offset += Int64(bytes.count)
            return bytes.count
        }
    }

    /// After the last byte.
    func finish() throws(Faults) -> SHA256Digest {
        let digest = state.withLock { $0.hash.finish().sha256 }
        try Faults.ofFile { () throws(FileError) in try place?.finish(digest) }
        return digest
    }
}
