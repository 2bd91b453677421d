internal import AssetModel
internal import FileSystem
internal import Planning

/// Fills the staging folder of a directory asset that is repaired with those of its files that stand there as they should,
/// so that nothing of them is asked of the store.
struct StandingFiles: Sendable {
    let emit: @Sendable (ExecutionEvent) -> Void

    /// How much is hashed before it is looked whether the run was interrupted, in bytes.
    private static let step: Int64 = 8 << 20

    /// Takes the objects whose digest is known and of which nothing has arrived. What cannot be read or taken is left to be
    /// fetched, as what is damaged.
    ///
    /// - Throws: `CancellationError`
    func fill(_ staged: inout StagedAsset) async throws {
        guard !staged.isSealed, staged.content.kind == .directory else { return }
        let (before, objects) = (staged, staged.content.objects)
        let wanted = objects.indices.filter { before.progress[$0] == nil && objects[$0].sha256 != nil }
        let sizes = await concurrentMap(wanted, window: DiskQueue.threads) { object in
            await Result.catching { try await take(object, in: before) }
        }
        try Task.checkCancellation()
        for (object, size) in zip(wanted, sizes) {
            guard let size = try? size.get(), let digest = objects[object].sha256 else { continue }
            staged.take(object, size: size, digest)
        }
    }

    /// - Returns: the size of the object; nil where it does not stand there as it should.
    private func take(_ object: Int, in staged: StagedAsset) async throws -> Int64? {
        try Task.checkCancellation()
        let copy = try await DiskQueue.shared.run { () throws(FileError) -> StandingCopy? in
            try StandingCopy(of: object, in: staged)
        }
        guard let copy else { return nil }
        for start in stride(from: 0, to: copy.size, by: Int(Self.step)) {
            try await DiskQueue.shared.run { () throws(FileError) in
                try copy.take(start..<min(start + Self.step, copy.size))
                try staged.journal.append(Journal.lifeSign)
            }
            try Task.checkCancellation()
        }
        let isWhole = try await DiskQueue.shared.run { () throws(FileError) -> Bool in
            guard try copy.finish() else { return false }
            try staged.noteWhole(object, size: copy.size)
            return true
        }
        guard isWhole else { return nil }
        emit(.sized(staged.pin, bytes: copy.size))
        if copy.size > 0 { emit(.reused(staged.pin, bytes: copy.size)) }
        return copy.size
    }
}

/// A file on its way from an asset's place into staging: not to be used before `finish`.
private struct StandingCopy: Sendable {
    private let source: File
    private let place: CachePlace
    private let file: File
    /// Whether it is the same file, which has its mode and its time already. It is not written, as `openEmpty` sees to.
    private let isLink: Bool
    private let digest: SHA256Digest
    private let hasher = FrontierHasher()
    /// In bytes.
    let size: Int64

    /// Nil where nothing stands there that could be the object.
    init?(of object: Int, in staged: StagedAsset) throws(FileError) {
        let facts = staged.content.objects[object]
        guard let path = facts.path, let digest = facts.sha256 else { return nil }
        let (parent, name) = splitLast("\(ModelkitLayout.localPath(of: staged.pin))/\(path)")
        guard let folder = try staged.directory.directoryIfPresent(parent), let status = try folder.status(of: name),
            status.kind == .file, status.size == facts.size ?? status.size
        else { return nil }
        self.digest = digest
        size = status.size
        source = try folder.openFile(name)
        place = try staged.place(for: object)
        // What a run left that was killed before it noted it.
        try place.folder.remove(place.name)
        isLink = Self.isFinished(status, at: place) && Self.link(folder, name, to: place)
        file = isLink ? try place.folder.openFile(place.name) : try place.folder.createNewFile(place.name)
    }

    private static let mode: UInt32 = 0o644

    /// Whether it has the time that it is to have, and a mode: its own, or the one of a link to the cache.
    private static func isFinished(_ status: FileStatus, at place: CachePlace) -> Bool {
        guard status.isDated(place.time) else { return false }
        return status.mode == mode || status.linkCount > 1 && status.mode == ContentCache.mode
    }

    private static func link(_ folder: Directory, _ name: String, to place: CachePlace) -> Bool {
        do throws(FileError) {
            try folder.link(name, to: place.folder, as: place.name)
            return true
        } catch {
            // Where there are no links, or none of another user's file, a copy does.
            return false
        }
    }

    /// Copies a part, where it has to be, and hashes it. Parts come one after the other. Blocks on the disk.
    func take(_ range: Range<Int64>) throws(FileError) {
        if !isLink {
            let count = try file.copy(from: source.descriptor, range, to: range.lowerBound)
            // It became shorter: its digest will not be right either.
            guard count == Int64(range.count) else { return }
        }
        try hasher.arrived(range, in: file)
    }

    /// - Returns: whether it has its digest; otherwise it was removed.
    func finish() throws(FileError) -> Bool {
        guard try hasher.finish(file, size: file.status().size).sha256 == digest else {
            try place.folder.remove(place.name)
            return false
        }
        if !isLink {
            try file.setMode(Self.mode)
            try file.setTime(to: place.time)
        }
        return true
    }
}
