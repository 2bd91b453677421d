/// What was tried with a file or a directory.
package enum FileAttempt: Hashable, Sendable {
    case open, openDirectory
    case create, createDirectory
    /// In it.
    case createTemporaryDirectory
    case list, stat, read
    case write, writeTo, writeToDirectory
    /// So many bytes in it.
    case allocate(Int64)
    case resize
    /// From elsewhere to it.
    case copyTo
    /// What has this path, to it.
    case linkTo(from: String)
    /// What has this path, to it.
    case renameTo(from: String)
    case remove, replace
    case setMode, setTime
    case sync, syncFileSystem
    /// The file, and files in the directory.
    case lock, lockFiles
    case findFreeSpace
    case use, useCache
    /// An image layout, and its index.
    case useLayout, readIndex
    /// As an object of a store.
    case put
    case decode
    /// An archive of a cache.
    case importArchive
    /// What has no marker, out of it.
    case moveUnmarked
}

/// Why the program itself refuses, where the system would not.
package enum FileRefusal: Hashable, Sendable {
    case symbolicLink
    case notRegularFile
    /// It became shorter while it was read.
    case truncated
    /// No entry of a directory can have this name.
    case notAnEntry(String)
    /// The file system does not report it.
    case notReported
    case locksNotExclusive
    /// The path of the directory that it would be inside of.
    case inside(String)
    /// What is inside it.
    case contains(String)
    case notACache
    /// It is no image layout, or its index is none.
    case notALayout, malformed
    case isAssetsDirectory
    /// So many copies of the entry are there already.
    case tooManyCopies(Int, of: String)
    /// What the decoder says.
    case undecodable(String)
    case archive(ArchiveFault)

    package enum ArchiveFault: Hashable, Sendable {
        case notTar
        /// By gzip.
        case compressed
        case endsEarly
        case becameShorter
        /// An entry does not match this digest.
        case digestMismatch(String)
    }
}
