internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning

/// Makes a staged asset what it will be when it appears: verified, with its modes, times and marker, and durable.
///
/// Can be repeated: a run that goes on from a killed one seals again.
struct Sealer: Sendable {
    let store: any ObjectStore
    let fixedTime: Int64?

    /// Up to this many files are synced one by one; for more, the whole file system is at once. Of 2,000 files of
    /// 64 KiB, on ext4, the one took half a second and the other less than a tenth.
    private static let filesSyncedAlone = 32

    /// - Throws: `ExecutionFailure`, `FileError`
    func seal(_ staged: StagedAsset) throws {
        let time = fixedTime ?? staged.content.pushTime
        for object in staged.content.objects.indices { try finish(object, of: staged, time: time) }
        if staged.content.kind == .directory { try finishFolders(of: staged, time: time) }
        if syncsAlone(staged) { try staged.folder.sync() } else { try staged.folder.syncFileSystem() }
        if !staged.isSealed { try staged.journal.append(Journal.sealedLine) }
    }

    private func finish(_ object: Int, of staged: StagedAsset, time: Int64) throws {
        let file = try staged.open(object)
        try verify(file, object, of: staged)
        try file.setMode(0o644)
        try file.setTime(to: time)
        if syncsAlone(staged) { try file.sync() }
    }

    private func syncsAlone(_ staged: StagedAsset) -> Bool { staged.content.objects.count <= Self.filesSyncedAlone }

    private func verify(_ file: File, _ object: Int, of staged: StagedAsset) throws {
        let facts = staged.content.objects[object]
        guard let expected = facts.sha256 else { return }
        let actual = try digest(of: file)
        guard actual == expected else {
            throw ExecutionFailure.digest(
                address: store.address(of: ObjectKey(of: staged.pin, path: facts.path)), expected: expected.hex,
                actual: actual.hex, source: "the spec")
        }
    }

    private func digest(of file: File) throws(FileError) -> SHA256Digest {
        let hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            let count = try file.read(into: buffer, at: offset)
            if count == 0 { return hash.finish() }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }

    /// The marker, and the folders' times: the deepest first, because an entry made in a folder changes its time.
    private func finishFolders(of staged: StagedAsset, time: Int64) throws(FileError) {
        let content = try staged.folder.directory(ToolLayout.content)
        if staged.content.selection == nil { try Marker.make(ModelkitLayout.marker, in: content, time: time) }
        for folder in folders(of: staged.content).reversed() {
            let directory = try content.directory(folder.text)
            try directory.setTime(to: time)
            if syncsAlone(staged) { try directory.sync() }
        }
        try content.setTime(to: time)
        if syncsAlone(staged) { try content.sync() }
    }

    /// Sorted, so that a folder stands before what is in it.
    private func folders(of content: StepContent) -> [RelativePath] {
        var folders: Set<RelativePath> = []
        for object in content.objects {
            var parent = object.path?.parent
            while let folder = parent, folders.insert(folder).inserted { parent = folder.parent }
        }
        return folders.sorted()
    }
}

/// modelkit's empty marker file.
enum Marker {
    static func make(_ name: String, in folder: Directory, time: Int64) throws(FileError) {
        let file = try folder.createFile(name)
        try file.setMode(0o644)
        try file.setTime(to: time)
        try file.sync()
    }
}
