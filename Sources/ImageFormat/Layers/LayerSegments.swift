internal import AssetModel

/// The pieces of a layer in order. The headers are made as they are asked for, so that a layer of a million files is no
/// list in memory.
package struct LayerSegments: Sequence, Sendable {
    private let parts: [LayerPart]
    private let place: ImagePlace

    init(_ parts: [LayerPart], _ place: ImagePlace) {
        self.parts = parts
        self.place = place
    }

    package func makeIterator() -> Iterator { Iterator(parts, place) }

    package struct Iterator: IteratorProtocol {
        private let parts: ArraySlice<LayerPart>
        private let folders: SharedFolders
        /// The part whose entries come after these.
        private var ahead = 0
        private var entries: ArraySlice<LayerEntry> = []
        /// What comes before the next content.
        private var pending: [UInt8] = []
        private var content: LayerSegment?
        private var isEnded = false

        fileprivate init(_ parts: [LayerPart], _ place: ImagePlace) {
            self.parts = parts[...]
            folders = SharedFolders(parts, place)
        }

        /// Headers are handed over in pieces of about this size, in bytes.
        private static let piece = 1 << 16

        package mutating func next() -> LayerSegment? {
            if let content {
                self.content = nil
                pending = [UInt8](repeating: 0, count: TarBlocks.padding(after: content.size))
                return content
            }
            while pending.count < Self.piece, content == nil, let entry = nextEntry() {
                pending += entry.blocks.bytes
                if let file = entry.file, file.size > 0 { content = .content(parts[ahead - 1].asset.pin, file) }
            }
            if content == nil, pending.count < Self.piece, !isEnded {
                isEnded = true
                pending += TarBlocks.end
            }
            guard !pending.isEmpty else { return nil }
            defer { pending = [] }
            return .bytes(pending)
        }

        private mutating func nextEntry() -> LayerEntry? {
            while entries.isEmpty {
                guard ahead < parts.count else { return nil }
                entries = folders.entries(of: ahead)[...]
                ahead += 1
            }
            return entries.popFirst()
        }
    }
}

/// An entry of a layer's archive.
struct LayerEntry {
    let blocks: TarBlocks
    /// Nil where it has no content.
    let file: ImageFile?
}

/// The folders that lead to assets, each in the layer once, in front of the first asset that is in it.
///
/// A folder has the time of the latest asset of the layer that is in it, as it has in the assets directory.
struct SharedFolders {
    private let parts: [LayerPart]
    private let place: ImagePlace
    /// By path, with the part before which the folder is written, and its time.
    private var folders: [String: (part: Int, time: Int64)] = [:]

    init(_ parts: [LayerPart], _ place: ImagePlace) {
        self.parts = parts
        self.place = place
        for (index, part) in parts.enumerated() {
            for folder in Self.parents(of: part, place) {
                let known = folders[folder]
                folders[folder] = (known?.part ?? index, max(known?.time ?? part.asset.time, part.asset.time))
            }
        }
    }

    /// `srv/`, `srv/assets/`, `srv/assets/nlp/`
    private static func parents(of part: LayerPart, _ place: ImagePlace) -> [String] {
        var path = ""
        return (place.components + part.asset.pin.name.components.map(String.init)).map { component in
            path += component + "/"
            return path
        }
    }

    /// All that is written of a part, the folders that lead to it first and its marker last.
    func entries(of index: Int) -> [LayerEntry] {
        let part = parts[index]
        let parents = Self.parents(of: part, place)
        let shared = parents.compactMap { path in
            folders[path].flatMap { $0.part == index ? LayerEntry(folder: path, time: $0.time) : nil }
        }
        let writer = PartEntries(part: part, folder: parents.last ?? "")
        return shared + writer.entries
    }
}

/// What is written of an asset in a layer.
private struct PartEntries {
    let part: LayerPart
    /// Where the asset is, with a slash at its end.
    let folder: String

    private var time: Int64 { part.asset.time }
    private var version: String { part.asset.pin.version.text }

    var entries: [LayerEntry] {
        switch part.asset.kind {
        case .file: fileEntries
        case .directory: directoryEntries
        }
    }

    private var fileEntries: [LayerEntry] {
        part.files.map { LayerEntry(file: $0, at: folder + version, time: time) } + [
            LayerEntry(marker: folder + ModelkitLayout.fileMarker(of: part.asset.pin.version), time: time)
        ]
    }

    /// Each folder comes in front of what is in it, because a slash sorts before nothing else that begins so.
    private var directoryEntries: [LayerEntry] {
        let root = folder + version + "/"
        var entries = [LayerEntry(folder: root, time: time)]
        var made: Set<RelativePath> = []
        for file in part.files {
            guard let path = file.path else { continue }
            var missing: [RelativePath] = []
            var parent = path.parent
            while let folder = parent, made.insert(folder).inserted {
                missing.append(folder)
                parent = folder.parent
            }
            entries += missing.reversed().map { LayerEntry(folder: root + $0.text + "/", time: time) }
            entries.append(LayerEntry(file: file, at: root + path.text, time: time))
        }
        if part.isLast, part.asset.isMarked {
            entries.append(LayerEntry(marker: root + ModelkitLayout.marker, time: time))
        }
        return entries
    }
}

extension LayerEntry {
    fileprivate init(folder path: String, time: Int64) {
        self.init(blocks: TarBlocks(name: Array(path.utf8), kind: .directory, size: 0, time: time), file: nil)
    }

    fileprivate init(file: ImageFile, at path: String, time: Int64) {
        self.init(blocks: TarBlocks(name: Array(path.utf8), kind: .file, size: file.size, time: time), file: file)
    }

    fileprivate init(marker path: String, time: Int64) {
        self.init(blocks: TarBlocks(name: Array(path.utf8), kind: .file, size: 0, time: time), file: nil)
    }
}
