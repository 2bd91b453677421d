internal import AssetModel
internal import Catalog
internal import Execution
internal import FileSystem
internal import ImageFormat

/// Reads a layer from front to back: its headers as they are made, its contents from the assets directory. Each file is
/// compared with the lock.
struct LayerCursor {
    private var segments: LayerSegments.Iterator
    private let directory: Directory
    private let checksLater: Bool
    private var bytes: ArraySlice<UInt8> = []
    private var content: OpenContent?
    /// Whose content was read last.
    private(set) var pin: AssetPin?
    /// Where in what was read last there is content that is still to be compared.
    private(set) var unchecked: [UncheckedContent] = []

    /// A file that is being read.
    private struct OpenContent {
        let file: File
        let check: FileCheck
        var offset: Int64 = 0
        /// In bytes.
        var left: Int64
    }

    /// - Parameter checksLater: whether who reads compares the contents, perhaps on another thread.
    init(_ layer: ImageLayer, in directory: Directory, checksLater: Bool = false) {
        segments = layer.segments.makeIterator()
        self.directory = directory
        self.checksLater = checksLater
    }

    /// Fills the buffer; with less at the end of the layer alone.
    ///
    /// - Returns: how many bytes.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(Faults) -> Int {
        var done = 0
        unchecked = []
        while done < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            if !bytes.isEmpty {
                let count = min(bytes.count, room.count)
                room.copyBytes(from: bytes.prefix(count))
                bytes = bytes.dropFirst(count)
                done += count
            } else if content != nil {
                done += try readContent(into: room, at: done)
            } else {
                switch segments.next() {
                case .bytes(let more): bytes = more[...]
                case .content(let pin, let file): content = try open(file, of: pin)
                case nil: return done
                }
            }
        }
        return done
    }

    /// - Parameter place: where the room is in what is read.
    private mutating func readContent(
        into buffer: UnsafeMutableRawBufferPointer, at place: Int
    ) throws(Faults) -> Int {
        guard var open = content else { return 0 }
        let wanted = Int(min(open.left, Int64(buffer.count)))
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        let count = try Faults.ofFile { () throws(FileError) in try open.file.read(into: room, at: open.offset) }
        open.offset += Int64(count)
        open.left -= Int64(count)
        guard count == wanted else { throw open.check.altered(actual: "\(open.offset) bytes") }
        content = open.left > 0 ? open : nil
        let piece = UncheckedContent(check: open.check, range: place..<place + count, isLast: open.left == 0)
        if checksLater { unchecked.append(piece) } else { try piece.compare(UnsafeRawBufferPointer(room)) }
        return count
    }

    private mutating func open(_ file: ImageFile, of pin: AssetPin) throws(Faults) -> OpenContent {
        self.pin = pin
        let path = ModelkitLayout.localPath(of: pin) + (file.path.map { "/\($0)" } ?? "")
        let name = PathText.components(of: path).last.map(String.init) ?? ""
        let opened = try Faults.ofFile { () throws(FileError) in
            let folder = String(decoding: path.utf8.dropLast(name.utf8.count), as: UTF8.self)
            return try directory.directory(folder).openFile(name)
        }
        let check = FileCheck(file, of: pin)
        let size = try Faults.ofFile { () throws(FileError) in try opened.status().size }
        guard size == file.size else { throw check.altered(actual: "\(size) bytes") }
        return OpenContent(file: opened, check: check, left: file.size)
    }
}
