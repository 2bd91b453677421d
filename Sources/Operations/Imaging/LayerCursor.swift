internal import AssetModel
internal import Catalog
internal import Execution
internal import FileSystem
internal import ImageFormat
internal import Planning

/// Reads a layer from front to back: its headers as they are made, its contents from the assets directory. Each file is
/// compared with the lock as it is read.
struct LayerCursor {
    private var segments: LayerSegments.Iterator
    private let directory: Directory
    private var bytes: ArraySlice<UInt8> = []
    private var content: OpenContent?
    /// Whose content was read last.
    private(set) var pin: AssetPin?

    /// A file that is being read.
    private struct OpenContent {
        let pin: AssetPin
        let wanted: ImageFile
        let file: File
        let hash: ContentHash
        var offset: Int64 = 0
        /// In bytes.
        var left: Int64
    }

    init(_ layer: ImageLayer, in directory: Directory) {
        segments = layer.segments.makeIterator()
        self.directory = directory
    }

    /// Fills the buffer; with less at the end of the layer alone.
    ///
    /// - Returns: how many bytes.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(Faults) -> Int {
        var done = 0
        while done < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            if !bytes.isEmpty {
                let count = min(bytes.count, room.count)
                room.copyBytes(from: bytes.prefix(count))
                bytes = bytes.dropFirst(count)
                done += count
            } else if content != nil {
                done += try readContent(into: room)
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

    private mutating func readContent(into buffer: UnsafeMutableRawBufferPointer) throws(Faults) -> Int {
        guard var open = content else { return 0 }
        let wanted = Int(min(open.left, Int64(buffer.count)))
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        let count: Int
        do throws(FileError) {
            count = try open.file.read(into: room, at: open.offset)
        } catch {
            throw Faults(.file(error))
        }
        open.offset += Int64(count)
        open.left -= Int64(count)
        guard count == wanted else { throw Self.altered(open, actual: "\(open.offset) bytes") }
        open.hash.update(UnsafeRawBufferPointer(room))
        content = open.left > 0 ? open : nil
        if content == nil { try check(open) }
        return count
    }

    // MARK: Files

    private mutating func open(_ file: ImageFile, of pin: AssetPin) throws(Faults) -> OpenContent {
        self.pin = pin
        let path = ModelkitLayout.localPath(of: pin) + (file.path.map { "/\($0)" } ?? "")
        let name = PathText.components(of: path).last.map(String.init) ?? ""
        let (opened, size): (File, Int64)
        do throws(FileError) {
            let folder = try directory.directory(String(decoding: path.utf8.dropLast(name.utf8.count), as: UTF8.self))
            opened = try folder.openFile(name)
            size = try opened.status().size
        } catch {
            throw Faults(.file(error))
        }
        let content = OpenContent(pin: pin, wanted: file, file: opened, hash: Self.hash(file.content), left: file.size)
        guard size == file.size else { throw Self.altered(content, actual: "\(size) bytes") }
        return content
    }

    private static func hash(_ content: ImageContent) -> ContentHash {
        switch content {
        case .sha256: ContentHash()
        case .checksum(let checksum): ContentHash(expecting: [ExpectedChecksum(checksum: checksum, recorder: .lock)])
        }
    }

    private func check(_ open: OpenContent) throws(Faults) {
        let digests = open.hash.finish()
        switch open.wanted.content {
        case .sha256(let expected) where expected != digests.sha256:
            throw Self.altered(open, actual: digests.sha256.tagged)
        case .checksum:
            if let actual = digests.otherChecksum { throw Self.altered(open, actual: actual.tagged) }
        case .sha256: break
        }
    }

    private static func altered(_ open: OpenContent, actual: String) -> Faults {
        Faults(
            .image(
                .altered(
                    AlteredContent(
                        pin: open.pin, path: open.wanted.path, expected: open.wanted.content.tagged, actual: actual))))
    }
}
