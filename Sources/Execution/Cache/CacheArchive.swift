package import AssetModel
package import FileSystem

/// The cache as one file: a tar archive of its entries under the names that they have in the folder, so that what tar makes of it
/// is a cache. The same entries give the same archive.
extension ContentCache {
    /// What is copied at a time, in bytes.
    private static let step = 1 << 20

    /// Writes entries, sorted. Blocks on the disk.
    ///
    /// Each is read twice: an archive cannot take back the beginning of one that proves to be damaged, and no import would
    /// accept the archive with it.
    ///
    /// - Parameter digests: which; nil for all.
    /// - Returns: what was written, and the damaged entries that were left out.
    package func export(
        _ digests: Set<SHA256Digest>?, to output: ByteStream
    ) throws(FileError) -> (extent: Extent, faults: [CacheFault]) {
        var extent = Extent()
        var faults: [CacheFault] = []
        let tag = Array(Layout.tagText.utf8)
        try output.write(TarHeader(name: Layout.tag, size: Int64(tag.count)).bytes)
        try output.write(tag)
        try output.write([UInt8](repeating: 0, count: TarHeader.padding(after: Int64(tag.count))))
        for digest in try allDigests() where digests?.contains(digest) ?? true {
            // One that was removed meanwhile is none.
            guard let entry = try entry(digest) else { continue }
            if let fault = try entry.fault() {
                faults.append(fault)
                continue
            }
            let status = try entry.file.status()
            let (folder, name) = Self.location(of: digest)
            try output.write(TarHeader(name: "\(Layout.entries)/\(folder)/\(name)", size: status.size).bytes)
            try copy(entry.file, status.size, to: output)
            extent.add(status)
        }
        // Two empty blocks end an archive.
        try output.write([UInt8](repeating: 0, count: 2 * TarHeader.block))
        return (extent, faults)
    }

    private func allDigests() throws(FileError) -> [SHA256Digest] {
        var hexes: [String] = []
        for parent in try entries.entries() where try entries.status(of: parent)?.kind == .directory {
            hexes += try entries.directory(parent).entries().map { parent + $0 }
        }
        return hexes.sorted().compactMap { SHA256Digest(hex: $0) }
    }

    private func copy(_ file: File, _ size: Int64, to output: ByteStream) throws(FileError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.step, alignment: 64)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < size {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(size - offset, Int64(Self.step)))])
            let count = try file.read(into: room, at: offset)
            guard count > 0 else { throw FileError(path: file.path, attempt: .read, refusal: .archive(.becameShorter)) }
            try output.write(UnsafeRawBufferPointer(rebasing: room[..<count]))
            offset += Int64(count)
        }
        try output.write([UInt8](repeating: 0, count: TarHeader.padding(after: size)))
    }

    // MARK: Importing

    /// Adds the entries of an archive; files that are none are passed over. An entry appears once its digest was compared.
    ///
    /// - Returns: what was added, and how many entries were there already.
    /// - Throws: also where the archive is damaged; what came before is in the cache.
    package func importing(_ input: ByteStream) throws(FileError) -> (extent: Extent, present: Int) {
        try Self.newEntries.sweep(temporary)
        var reader = TarReader(input)
        var (extent, present) = (Extent(), 0)
        while let header = try reader.next() {
            guard header.kind == .file, let digest = Self.digest(ofName: header.name) else {
                try reader.skip()
                continue
            }
            let isThere = try has(digest, size: header.size)
            let new = try NewEntry(of: digest, in: self)
            do throws(FileError) {
                try receive(&reader, digest, into: new.file)
                if isThere { try new.remove() } else { try publish([new]) }
            } catch {
                // The fault is told; what could not be removed, the next import sweeps.
                try? new.remove()
                throw error
            }
            if isThere { present += 1 } else { extent.add(header.size) }
        }
        return (extent, present)
    }

    private func receive(
        _ reader: inout TarReader, _ digest: SHA256Digest, into file: File
    ) throws(FileError) {
        let hash = ContentHash()
        var offset: Int64 = 0
        try reader.read { (bytes) throws(FileError) in
            hash.update(bytes)
            try file.write(bytes, at: offset)
            offset += Int64(bytes.count)
        }
        guard hash.finish().sha256 == digest else {
            throw reader.fault(.digestMismatch(digest.hex))
        }
    }

    /// `v1/sha256/9f/86d081…`, also as `tar -C cache .` names it; nil for any other.
    private static func digest(ofName name: String) -> SHA256Digest? {
        let path = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
        guard path.hasPrefix(Layout.entries + "/") else { return nil }
        return SHA256Digest(hex: path.dropFirst(Layout.entries.count).split(separator: "/").joined())
    }
}

/// Reads a tar archive file by file.
private struct TarReader {
    private let input: ByteStream
    private let buffer = Buffer()
    /// Of the file whose header was read last, in bytes.
    private var size: Int64 = 0
    private var isBegun = false

    /// A class because it owns its memory.
    private final class Buffer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        deinit { bytes.deallocate() }
    }

    /// Larger ones are nothing that this program reads.
    private static let recordsLimit: Int64 = 1 << 16

    /// Source: <https://www.rfc-editor.org/rfc/rfc1952#page-6>
    private static let gzipMark: [UInt8] = [0x1F, 0x8B]

    init(_ input: ByteStream) { self.input = input }

    func fault(_ fault: FileRefusal.ArchiveFault) -> FileError {
        FileError(path: input.name, attempt: .importArchive, refusal: .archive(fault))
    }

    /// The next header, its content still to be read; nil at the end of the archive.
    mutating func next() throws(FileError) -> TarHeader? {
        let block = try Array(take(TarHeader.block))
        if block.allSatisfy({ $0 == 0 }) { return nil }
        guard var header = TarHeader(block) else { throw fault(.notTar) }
        size = header.size
        guard header.kind == .records else { return header }
        guard size <= Self.recordsLimit else { throw fault(.notTar) }
        var records: [UInt8] = []
        try read { (bytes) throws(FileError) in records.append(contentsOf: bytes) }
        let real = TarHeader.size(inRecords: records)
        guard let next = try next() else { return nil }
        header = next
        if let real, real >= 0 { header.size = real }
        size = header.size
        return header
    }

    mutating func skip() throws(FileError) { try read { (_) throws(FileError) in } }

    /// Hands over the content of the file, and goes past it.
    mutating func read(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
        var rest = size
        while rest > 0 {
            let bytes = try take(Int(min(rest, Int64(buffer.bytes.count))))
            try body(bytes)
            rest -= Int64(bytes.count)
        }
        _ = try take(TarHeader.padding(after: size))
    }

    /// - Returns: memory that is good until the next call.
    private mutating func take(_ count: Int) throws(FileError) -> UnsafeRawBufferPointer {
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
        let got = try input.read(into: room)
        if !isBegun, room[..<got].starts(with: Self.gzipMark) { throw fault(.compressed) }
        isBegun = true
        guard got == count else { throw fault(.endsEarly) }
        return UnsafeRawBufferPointer(room)
    }
}
