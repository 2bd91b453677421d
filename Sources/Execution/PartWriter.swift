internal import FileSystem
internal import NIOCore
internal import ObjectStore
internal import Planning

/// Writes the bytes of one part to its file in staging. Blocks on the disk.
///
/// The file of a part that is all of its object is finished with the last of its bytes.
struct PartWriter: Sendable {
    let part: TransferMachine.Part
    let staged: StagedAsset
    let attributes: ObjectAttributes
    /// Whether the part is all of its object.
    let isWhole: Bool
    /// Where the next byte belongs.
    private(set) var offset: Int64
    /// Where the part ends.
    let end: Int64
    /// Nil until something is to be written.
    private var file: File?
    /// Up to where the journal tells what is there.
    private var noted: Int64
    /// What an interruption or a kill can take of a part, in bytes, but for what was not written yet.
    private static let noteStep: Int64 = 1 << 20

    private let start: Int64

    init(part: TransferMachine.Part, download: ObjectDownload, staged: StagedAsset, isWhole: Bool) {
        self.part = part
        self.staged = staged
        self.isWhole = isWhole
        attributes = download.attributes
        start = download.range.lowerBound
        offset = start
        noted = start
        end = download.range.upperBound
    }

    private var object: StagedObject { staged.objects[part.object] }

    mutating func open() throws(FileError) -> File {
        if let file { return file }
        let file = try isWhole ? beginObject() : staged.openForWriting(part.object)
        self.file = file
        return file
    }

    /// Whether the journal tells of a whole object what is there before all of it is.
    private var isNotedInSteps: Bool { end - start > Self.noteStep }

    private func beginObject() throws(FileError) -> File {
        // First, as it takes back what the journal said of a content that came damaged and is fetched again.
        if isNotedInSteps {
            try staged.journal.append(Journal.line(object: staged.content.objects[part.object].path, attributes))
        }
        // What an earlier content of the object left must not show past the end of this one.
        return try staged.openEmpty(part.object)
    }

    /// Writes what comes next to the file. Of several callers for one file the kernel makes all but one spin (`WriteTurns`).
    func put(_ chunks: [ByteBuffer], into file: File) throws(FileError) {
        var offset = offset
        for chunk in chunks {
            try file.write(chunk, at: offset)
            offset += Int64(chunk.readableBytes)
        }
    }

    /// Goes on behind what was written: hashes it where its turn has come, and writes down that it is there, now and then.
    /// Without a sync: what was written outlives the process, and a journal of another boot of the machine is not believed.
    mutating func advance(past chunks: [ByteBuffer]) throws(FileError) {
        let next = chunks.reduce(offset) { $0 + Int64($1.readableBytes) }
        object.hasher.wrote(chunks, at: offset..<next)
        offset = next
        guard offset < end, offset - noted >= Self.noteStep else { return }
        try staged.journal.append(Journal.line(part: noted..<offset, of: staged.content.objects[part.object].path))
        noted = offset
    }

    /// All of it is written: hashes what can be, and notes the rest.
    ///
    /// - Returns: the digests of the object, where it is whole.
    mutating func finish() throws(FileError) -> ContentDigests? {
        let (file, path) = (try open(), staged.content.objects[part.object].path)
        let line = Journal.line(part: noted..<end, of: path)
        guard isWhole else {
            file.startWriteback(start..<end)
            try object.hasher.advance(in: file)
            try staged.journal.append(line)
            return nil
        }
        let digests = try staged.finish(part.object, received: file)
        guard digests.fault == nil else { return digests }
        try staged.journal.append(isNotedInSteps ? line : Journal.line(object: path, attributes) + line)
        return digests
    }
}

extension File {
    fileprivate func write(_ chunk: ByteBuffer, at offset: Int64) throws(FileError) {
        var result: Result<Void, FileError> = .success(())
        chunk.withUnsafeReadableBytes { bytes in
            do throws(FileError) {
                try write(bytes, at: offset)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }
}
