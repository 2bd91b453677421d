internal import AssetModel
package import FileSystem

/// Files that were fetched, by the SHA-256 of their content, for any number of assets directories and processes.
///
/// ```
/// CACHEDIR.TAG                    what makes backups skip the folder, and this program know it as its own
/// v1/sha256/9f/86d081…            an entry: the digest's first two digits, and the rest of them
/// v1/temporary/4711               an entry in the making; whoever makes it holds its lock
/// ```
///
/// An entry appears under its name whole, is never written again, and may be removed at any time. It is read-only, and
/// where the file system shares no blocks it is the same file (a hard link) as those in the assets directories, with one
/// mode and one time. Nothing is handed out before its digest was compared. When an entry was last used is its time of
/// access.
/// Source of the tag: <https://bford.info/cachedir/>
package struct ContentCache: Sendable {
    let root: Directory
    let entries: Directory
    let temporary: Directory

    /// The mode of every entry: what is linked must not be written by one of those who have it.
    static let mode: UInt32 = 0o444

    static let newEntries = NewFile.Names()

    enum Layout {
        static let tag = "CACHEDIR.TAG"
        static let newTags = NewFile.Names(prefix: ".CACHEDIR.TAG.")
        static let entries = "v1/sha256"
        static let temporary = "v1/temporary"
        static let tagText = """
            Signature: 8a477f597d28d172789f06886806bc55
            # This folder is the content cache of modelkit-assets: it can be removed at any time.
            # About cache directory tags see https://bford.info/cachedir/

            """
    }

    /// Opens the cache in this folder, and makes one of an empty folder.
    ///
    /// - Throws: a refusal where the folder holds something else: a tag would keep backups from that.
    package init(in folder: Directory) throws(FileError) {
        if try !Self.isCache(folder) { try Self.tag(folder) }
        root = folder
        entries = try folder.makeDirectory(Layout.entries)
        temporary = try folder.makeDirectory(Layout.temporary)
    }

    /// Opens the cache that is in this folder; nil where the folder is empty.
    package static func existing(in folder: Directory) throws(FileError) -> ContentCache? {
        try isCache(folder) ? try ContentCache(in: folder) : nil
    }

    /// Whether the folder is a cache; false where it could become one.
    private static func isCache(_ folder: Directory) throws(FileError) -> Bool {
        // Listed before the tag is looked for, which is the first thing that is made.
        let all = try folder.entries()
        let others = all.filter { !Layout.newTags.include($0) }
        // Whoever was killed in making the tag left it under another name.
        if others.count < all.count { try Layout.newTags.sweep(folder) }
        if try folder.contents(of: Layout.tag, limit: 1 << 16) == Array(Layout.tagText.utf8) { return true }
        guard others.isEmpty else {
            throw FileError(
                path: folder.path, attempt: .useCache, refusal: .notACache)
        }
        return false
    }

    private static func tag(_ folder: Directory) throws(FileError) {
        // Linked into place: a tag that exists has its text, however many make it at once.
        let new = try NewFile(Layout.newTags, in: folder)
        do {
            try new.file.write(Layout.tagText)
            // A power cut must not leave what is made beside the tag without it: then the folder would be no cache.
            try new.file.sync()
            try link(new, in: folder)
            try folder.sync()
        } catch {
            // The fault is told; what could not be removed, the next run that uses the cache sweeps.
            try? new.remove()
            throw error
        }
        try new.remove()
    }

    private static func link(_ new: NewFile, in folder: Directory) throws(FileError) {
        do {
            try folder.link(new.name, to: folder, as: Layout.tag)
        } catch  where error.isExisting {
            // Another process was faster; its tag is as good.
        } catch {
            throw error
        }
    }

    // MARK: Entries

    /// The folder of an entry, below `entries`, and its name there.
    static func location(of digest: SHA256Digest) -> (folder: String, name: String) {
        (String(digest.hex.prefix(2)), String(digest.hex.dropFirst(2)))
    }

    /// Whether there is an entry, by its name and size alone.
    ///
    /// - Parameter size: of the content, in bytes; nil where it is not known.
    func has(_ digest: SHA256Digest, size: Int64?) throws(FileError) -> Bool {
        let (parent, name) = Self.location(of: digest)
        guard let status = try entries.directoryIfPresent(parent)?.status(of: name) else { return false }
        return status.kind == .file && status.size == size ?? status.size
    }

    /// Finds an entry; nil where there is none.
    func entry(_ digest: SHA256Digest) throws(FileError) -> CacheEntry? {
        let (parent, name) = Self.location(of: digest)
        guard let folder = try entries.directoryIfPresent(parent), let status = try folder.status(of: name) else {
            return nil
        }
        guard status.kind == .file else {
            // Put there by somebody else.
            try folder.remove(name)
            return nil
        }
        do {
            return CacheEntry(digest: digest, folder: folder, name: name, file: try folder.openFile(name))
        } catch  where error.isMissing {
            return nil
        } catch {
            throw error
        }
    }
}

/// An entry of the cache that was found, and is not known to be whole.
struct CacheEntry: Sendable {
    let digest: SHA256Digest
    let folder: Directory
    let name: String
    let file: File

    /// Reads all of it, and discards it where it does not have its digest. Blocks on the disk.
    ///
    /// - Returns: nil where it is whole.
    func fault() throws(FileError) -> CacheFault? {
        try FileDigest(of: file).sha256 == digest ? nil : discard()
    }

    /// Removes it as damaged, where that is allowed.
    func discard() throws(FileError) -> CacheFault {
        let links = try file.status().linkCount
        return .damaged(path: file.path, otherLinks: max(0, Int(links) - 1), isRemoved: remove())
    }

    /// Removes it, unless another has come into its place.
    ///
    /// - Returns: false where the cache is another user's, or read-only.
    private func remove() -> Bool {
        do throws(FileError) {
            if try folder.status(of: name)?.inode == file.status().inode { try folder.remove(name) }
            return true
        } catch {
            return false
        }
    }
}

extension FileStatus {
    /// Whether it was last changed at this second sharp, as every file of an asset is.
    func isDated(_ time: Int64) -> Bool { modified == time && modifiedNanoseconds == 0 }
}
