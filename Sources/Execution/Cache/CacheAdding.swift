package import AssetModel
package import FileSystem

/// A file that is known to have this content.
package struct CacheContent: Sendable {
    package let digest: SHA256Digest
    /// Below the folder that is spoken of: components joined by `/`.
    package let path: String

    package init(digest: SHA256Digest, path: String) {
        self.digest = digest
        self.path = path
    }
}

extension ContentCache {
    /// How many copies are made before they are made durable together: the first sync does most of the others' work. Each keeps
    /// a file open.
    private static let batch = 16

    /// Adds files to the cache. What is in it already stays as it is, unless its size is not the file's. Blocks on the disk.
    ///
    /// A file that becomes a link is read-only from then on.
    ///
    /// - Returns: the entries that were found damaged.
    @discardableResult
    package func add(_ contents: [CacheContent], from folder: Directory) throws(FileError) -> [CacheFault] {
        // Whoever was killed in doing the same left what it was making.
        try Self.newEntries.sweep(temporary)
        var copies: [NewEntry] = []
        var faults: [CacheFault] = []
        var cannotClone = false
        for content in contents {
            if let copy = try add(content, from: folder, &cannotClone, &faults) { copies.append(copy) }
            if copies.count >= Self.batch {
                try publish(copies)
                copies = []
            }
        }
        try publish(copies)
        return faults
    }

    /// - Returns: a copy, which is still to be published; nil where nothing is left to do.
    private func add(
        _ content: CacheContent, from folder: Directory, _ cannotClone: inout Bool, _ faults: inout [CacheFault]
    ) throws(FileError) -> NewEntry? {
        let (parent, name) = splitLast(content.path)
        let source = try folder.directory(parent)
        let file = try source.openFile(name)
        if let entry = try entry(content.digest), try !discardOfOtherSize(entry, than: file, &faults) {
            // A run that was killed between the two.
            if try entry.file.status().inode == file.status().inode { try file.setMode(Self.mode) }
            // As in `CacheCopy.finish`: it can be another user's.
            try? entry.file.noteUse()
            return nil
        }
        if !cannotClone {
            let new = try NewEntry(of: content.digest, in: self)
            if new.file.clone(file) { return new }
            cannotClone = true
            try new.remove()
        }
        if try link(source, name, as: content.digest, file) { return nil }
        let new = try NewEntry(of: content.digest, in: self)
        let size = try file.status().size
        guard try new.file.copy(from: file.descriptor, 0..<size, to: 0) == size else {
            throw FileError(path: file.path, attempt: .read, refusal: .truncated)
        }
        return new
    }

    /// Discards an entry whose size is not that of its content.
    ///
    /// - Returns: whether its place is free.
    private func discardOfOtherSize(
        _ entry: CacheEntry, than file: File, _ faults: inout [CacheFault]
    ) throws(FileError) -> Bool {
        guard try entry.file.status().size != file.status().size else { return false }
        let fault = try entry.discard()
        faults.append(fault)
        if case .damaged(_, _, isRemoved: true) = fault { return true }
        return false
    }

    /// - Returns: false where a link is not to be had.
    private func link(
        _ source: Directory, _ name: String, as digest: SHA256Digest, _ file: File
    ) throws(FileError) -> Bool {
        let (parent, entry) = Self.location(of: digest)
        do {
            try source.link(name, to: try entries.makeDirectory(parent), as: entry)
        } catch {
            // Another process was faster; its entry is as good.
            return error.isExisting
        }
        try file.setMode(Self.mode)
        try file.noteUse()
        return true
    }

    func publish(_ copies: [NewEntry]) throws(FileError) {
        for copy in copies { copy.file.startWriteback(0..<(try copy.file.status().size)) }
        for copy in copies {
            try copy.file.setMode(Self.mode)
            try copy.file.noteUse()
            try copy.file.sync()
            try copy.place(in: entries)
        }
    }
}

/// An entry in the making.
struct NewEntry {
    let digest: SHA256Digest
    private let new: NewFile

    var file: File { new.file }

    init(of digest: SHA256Digest, in cache: ContentCache) throws(FileError) {
        self.digest = digest
        new = try NewFile(ContentCache.newEntries, in: cache.temporary)
    }

    func place(in entries: Directory) throws(FileError) {
        let (parent, name) = ContentCache.location(of: digest)
        try new.place(as: name, in: try entries.makeDirectory(parent))
    }

    func remove() throws(FileError) { try new.remove() }
}
