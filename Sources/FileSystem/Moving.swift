internal import Glibc

// Folders that cannot be renamed: on overlayfs, that is in every container, those of a lower layer (rename(2), EXDEV).

extension Directory {
    /// Moves what is in a folder into another one, which is made where it is missing, and removes the first: what renaming
    /// it would do, but not in one step.
    ///
    /// Broken off, it is gone on with by the same call. What has a name there that is taken gets another one.
    package func moveEntries(of name: String, to parent: Directory, as newName: String) throws(FileError) {
        let (source, target) = (try directory(name), try parent.makeDirectory(newName))
        let status = try source.status()
        for entry in try source.listing() {
            let free = try target.freeName(for: entry)
            if entry.kind == .directory {
                try source.moveEntries(of: entry.name, to: target, as: free)
            } else {
                try source.rename(entry.name, to: target, as: free)
            }
        }
        try target.setMode(status.mode)
        try target.setTime(to: status.modified)
        guard removeIfEmpty(name) else { throw failure(name, .remove) }
    }

    /// A folder goes on in the one that it has there from before.
    private func freeName(for entry: DirectoryEntry) throws(FileError) -> String {
        var name = entry.name
        while let status = try status(of: name), entry.kind != .directory || status.kind != .directory { name += "~" }
        return name
    }

    /// Whether entries of this directory can be renamed to the other one, those that are not of a lower layer: not where one
    /// of them is on a mount of its own.
    package func isOnMount(of other: Directory) -> Bool {
        // The kernel compares the mounts before it looks for the names.
        let missing = ".modelkit-assets-no-entry"
        return renameat(descriptor, missing, other.descriptor, missing) == 0 || errno != EXDEV
    }

    /// Removes what is in a folder, and leaves the folder.
    package func removeEntries(of name: String) throws(FileError) {
        let folder = try directory(name)
        for entry in try folder.entries() { try folder.remove(entry) }
    }

    private func setMode(_ mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else {
            throw FileError(path: path, attempt: .setMode, code: errno)
        }
    }
}
