internal import AssetModel
internal import FileSystem
internal import ImageFormat

/// An image layout as one tar archive, which appears whole.
///
/// The layers have their places in it before they are made, since their sizes are known; the headers in front of them, which
/// name their digests, are written after them.
struct LayoutArchive: Layout {
    private let new: NewFile
    private let folder: Directory
    private let name: String
    private let tag: String
    private let offsets: [SHA256Digest: Int64]
    /// Where the documents begin.
    private let end: Int64

    init(_ path: String, tag: String, _ layers: [ImageLayer]) throws(FileError) {
        self.tag = tag
        var components = PathText.components(of: AbsolutePath.of(path)).map(String.init)
        name = components.popLast() ?? ""
        folder = try Directory.openForMaking("/" + components.joined(separator: "/"))
        let names = NewFile.Names(prefix: ".\(name).", suffix: ".modelkit-assets")
        // What killed runs left does no harm, and the folder may be one that cannot be listed.
        try? names.sweep(folder)
        new = try NewFile(names, in: folder)
        let head = Self.head
        try new.file.write(head)
        var (end, offsets) = (Int64(head.count), [SHA256Digest: Int64]())
        for layer in layers {
            offsets[layer.recipe] = end
            end = ByteSum.adding(end, ByteSum.adding(layer.size, Int64(ArchiveEntry.headerSize)))
        }
        self.offsets = offsets
        self.end = end
        try new.file.preallocate(end)
    }

    private static var head: [UInt8] {
        let marker = Array(LayoutFile.markerText.utf8)
        return ArchiveEntry.file(LayoutFile.marker, marker) + ArchiveEntry.folder("blobs/")
            + ArchiveEntry.folder(LayoutFile.blobs + "/")
    }

    func known(_ layer: ImageLayer) -> SHA256Digest? { nil }

    func place(for layer: ImageLayer) throws(FileError) -> LayerMaking.Place {
        let (file, offset, size) = (new.file, offsets[layer.recipe] ?? end, layer.size)
        return LayerMaking.Place(file: file, offset: offset + Int64(ArchiveEntry.headerSize)) {
            digest throws(FileError) in
            // A layer is made of whole blocks.
            try file.write(ArchiveEntry.header("\(LayoutFile.blobs)/\(digest.hex)", size: size), at: offset)
        } discard: {
        }
    }

    func discard() {
        // The fault is told; what could not be removed, the next run sweeps.
        try? new.remove()
    }

    func finish(_ documents: ImageDocuments) throws(FileError) {
        var tail: [UInt8] = []
        for blob in documents.blobs {
            let name = "\(LayoutFile.blobs)/\(blob.descriptor.digest.hex)"
            tail.append(contentsOf: ArchiveEntry.file(name, blob.bytes))
        }
        var index = ImageIndex([])
        index.put(documents.top.descriptor, tag: tag)
        tail.append(contentsOf: ArchiveEntry.file(LayoutFile.index, index.bytes))
        tail += ArchiveEntry.end
        try new.file.write(tail, at: end)
        try new.file.setMode(CreationMask.applied(to: 0o666))
        try new.file.sync()
        try new.place(as: name, in: folder)
        try folder.sync()
    }
}
