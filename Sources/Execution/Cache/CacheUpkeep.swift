internal import AssetModel
package import FileSystem

extension ContentCache {
    /// What is in a cache, or was removed from it.
    package struct Extent: Sendable, Equatable {
        package var entries: Int
        /// Of the entries' contents. What is linked, or shares its blocks, takes up room only once.
        package var bytes: Int64
        /// Of those that nothing else is a link to: as much room they take up, or gave up.
        package var unlinkedBytes: Int64
        /// Of the others.
        package var linkedBytes: Int64 = 0

        package init(entries: Int = 0, bytes: Int64 = 0, unlinkedBytes: Int64 = 0) {
            self.entries = entries
            self.bytes = bytes
            self.unlinkedBytes = unlinkedBytes
        }

        mutating func add(_ size: Int64) {
            entries += 1
            bytes = ByteSum.adding(bytes, size)
        }

        mutating func add(_ status: FileStatus) {
            add(status.size)
            if status.linkCount == 1 {
                unlinkedBytes = ByteSum.adding(unlinkedBytes, status.size)
            } else {
                linkedBytes = ByteSum.adding(linkedBytes, status.size)
            }
        }
    }

    package func size() throws(FileError) -> Extent {
        var extent = Extent()
        try forEachEntry { (_, _, status) throws(FileError) in extent.add(status) }
        return extent
    }

    /// Removes the entries that were not used for so long, and what killed processes left.
    ///
    /// - Parameters:
    ///   - seconds: the longest that an entry may have been idle.
    ///   - now: in seconds since 1970.
    /// - Returns: what was removed.
    package func prune(idleFor seconds: Int64, now: Int64) throws(FileError) -> Extent {
        try Self.newEntries.sweep(temporary)
        return try forEachIdle(seconds, now) { (folder, name) throws(FileError) in try folder.remove(name) }
    }

    /// What `prune` would remove.
    package func size(idleFor seconds: Int64, now: Int64) throws(FileError) -> Extent {
        try forEachIdle(seconds, now) { (_, _) throws(FileError) in }
    }

    private func forEachIdle(
        _ seconds: Int64, _ now: Int64, _ body: (Directory, String) throws(FileError) -> Void
    ) throws(FileError) -> Extent {
        var idle = Extent()
        try forEachEntry { (folder, name, status) throws(FileError) in
            guard let lastUse = try folder.lastUse(of: name), now - lastUse > seconds else { return }
            try body(folder, name)
            idle.add(status)
        }
        return idle
    }

    /// Removes all entries.
    ///
    /// - Returns: what was removed.
    package func clean() throws(FileError) -> Extent {
        try Self.newEntries.sweep(temporary)
        var removed = Extent()
        try forEachEntry { (folder, name, status) throws(FileError) in
            try folder.remove(name)
            removed.add(status)
        }
        return removed
    }

    /// Another process may add and remove meanwhile. The folders that entries are in stay, so that an adder finds its own.
    private func forEachEntry(
        _ body: (Directory, String, FileStatus) throws(FileError) -> Void
    ) throws(FileError) {
        for parent in try entries.entries() where try entries.status(of: parent)?.kind == .directory {
            let folder = try entries.directory(parent)
            for name in try folder.entries() {
                if let status = try folder.status(of: name) { try body(folder, name, status) }
            }
        }
    }
}
