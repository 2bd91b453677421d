package import AssetModel
package import FileSystem

extension ContentCache {
    /// What became of content that was asked for.
    package enum Placement: Sendable, Equatable {
        /// It stands under the name; its size in bytes.
        case placed(Int64)
        case absent
        case damaged(CacheFault)
    }

    /// Puts the content with this digest there, once its digest was compared. Whatever has the name goes. Blocks on the disk for
    /// as long as all of it takes.
    package func place(_ digest: SHA256Digest, at place: CachePlace) throws(FileError) -> Placement {
        guard case .begun(let copy) = try begin(digest, at: place, insistsOnLink: false) else { return .absent }
        try copy.take(0..<copy.size)
        if let fault = try copy.finish() { return .damaged(fault) }
        return .placed(copy.size)
    }

    enum Beginning: Sendable {
        case absent
        case begun(CacheCopy)
        /// Another has the entry's lock, which is held for some calls.
        case busy
    }

    /// The same in steps, for callers who do not wait for all of it at once.
    ///
    /// - Parameter insistsOnLink: whether `.busy` is answered where a link has to wait for the entry's lock; else a copy is made.
    func begin(
        _ digest: SHA256Digest, at place: CachePlace, insistsOnLink: Bool
    ) throws(FileError) -> Beginning {
        guard let entry = try entry(digest) else { return .absent }
        // Not written to: it may be a link to what others have.
        try place.folder.remove(place.name)
        let size = try entry.file.status().size
        if let file = try clone(entry, at: place) {
            return .begun(CacheCopy(entry: entry, place: place, means: .clone, file: file, size: size))
        }
        switch link(entry, at: place) {
        case .made(let file):
            return .begun(CacheCopy(entry: entry, place: place, means: .link, file: file, size: size))
        case .busy where insistsOnLink: return .busy
        case .busy, .refused: break
        }
        let file = try place.folder.createNewFile(place.name)
        return .begun(CacheCopy(entry: entry, place: place, means: .copy, file: file, size: size))
    }

    private func clone(_ entry: CacheEntry, at place: CachePlace) throws(FileError) -> File? {
        let file = try place.folder.createNewFile(place.name)
        if file.clone(entry.file) { return file }
        try place.folder.remove(place.name)
        return nil
    }

    private enum Link {
        case made(File)
        case busy
        /// It is not to be had: on another file system, with another time, of another user's.
        case refused
    }

    /// A link has the entry's own time. It is set only while no other link shows it, and under the entry's lock, so that of
    /// two who want different times one gets a copy.
    private func link(_ entry: CacheEntry, at place: CachePlace) -> Link {
        do {
            guard try entry.file.tryLock() else { return .busy }
            defer { entry.file.unlock() }
            let status = try entry.file.status()
            guard status.isDated(place.time) || status.linkCount == 1 else { return .refused }
            try entry.folder.link(entry.name, to: place.folder, as: place.name)
            let file = try place.folder.openFile(place.name)
            guard try file.status().inode == status.inode else {
                try place.folder.remove(place.name)
                return .refused
            }
            if status.mode != Self.mode { try file.setMode(Self.mode) }
            if !status.isDated(place.time) { try file.setTime(to: place.time) }
            return .made(file)
        } catch {
            // A copy is made instead, which tells of whatever keeps the name taken.
            try? place.folder.remove(place.name)
            return .refused
        }
    }
}

/// Where content of the cache is wanted.
package struct CachePlace: Sendable {
    package let folder: Directory
    package let name: String
    /// When the file was last changed, in seconds since 1970.
    package let time: Int64

    package init(folder: Directory, name: String, time: Int64) {
        self.folder = folder
        self.name = name
        self.time = time
    }
}

/// An entry on its way into an assets directory: a file that is there, and is not to be used before `finish`.
struct CacheCopy: Sendable {
    /// How the file comes to its bytes, the best first.
    enum Means: Sendable {
        /// It shares the blocks.
        case clone
        /// It is the entry itself.
        case link
        case copy
    }

    let entry: CacheEntry
    let place: CachePlace
    let means: Means
    let file: File
    /// In bytes.
    let size: Int64
    let hasher = FrontierHasher()

    /// Copies a part, where it has to be, and hashes it. Parts come one after the other.
    func take(_ range: Range<Int64>) throws(FileError) {
        if means == .copy {
            let count = try file.copy(from: entry.file.descriptor, range, to: range.lowerBound)
            // The entry became shorter: its digest will not be right either.
            guard count == Int64(range.count) else { return }
        }
        try hasher.arrived(range, in: file)
    }

    /// Compares the digest. What is damaged is removed, from the cache too.
    func finish() throws(FileError) -> CacheFault? {
        guard try hasher.finish(file, size: file.status().size).sha256 == entry.digest else {
            try place.folder.remove(place.name)
            return try entry.discard()
        }
        if means != .link {
            try file.setMode(0o644)
            try file.setTime(to: place.time)
        }
        // What cannot be noted, in a cache that others own or that is read-only, is not pruned by this user either.
        try? entry.file.noteUse()
        return nil
    }
}

/// What went wrong with the cache; nothing wrong was used, and the store was asked instead.
package enum CacheFault: Error, Sendable, Hashable {
    /// The entry at this path did not have its digest, and was removed if that was allowed. As many other files are links to it,
    /// and damaged too.
    case damaged(path: String, otherLinks: Int, isRemoved: Bool = true)
    /// It could not be opened or read.
    case unusable(FileError)
    /// What was fetched could not be added.
    case notAdded(FileError)

    /// Whether nothing new is in the other.
    func covers(_ other: CacheFault) -> Bool {
        switch (self, other) {
        case (.unusable, .unusable), (.notAdded, .notAdded): true
        default: self == other
        }
    }
}
