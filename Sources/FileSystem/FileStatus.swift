internal import Glibc

/// A name in a directory, and what stands under it.
package struct DirectoryEntry: Sendable, Hashable {
    package let name: String
    package let kind: FileStatus.Kind
}

extension FileStatus.Kind {
    /// Nil where the file system does not tell. Source: readdir(3), `d_type`.
    init?(directoryEntryType type: UInt8) {
        switch Int(type) {
        case DT_UNKNOWN: return nil
        case DT_REG: self = .file
        case DT_DIR: self = .directory
        case DT_LNK: self = .link
        default: self = .other
        }
    }
}

/// What stands under a name.
package struct FileStatus: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case file, directory, link, other
    }

    package let kind: Kind
    /// `0o644`
    package let mode: UInt32
    /// In bytes.
    package let size: Int64
    /// What it takes up on the disk, in bytes.
    package let allocated: Int64
    /// Seconds since 1970, and the nanoseconds past them.
    package let modified: Int64
    package let modifiedNanoseconds: Int64
    package let device: UInt64
    package let inode: UInt64
    package let linkCount: UInt64

    /// Whether it is the same file and nobody wrote to it. What it takes up on the disk may change long after a write.
    package func isUnchanged(since other: FileStatus) -> Bool {
        (device, inode, size) == (other.device, other.inode, other.size)
            && (modified, modifiedNanoseconds) == (other.modified, other.modifiedNanoseconds)
    }

    init(_ buffer: stat) {
        switch buffer.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        mode = UInt32(buffer.st_mode & 0o7777)
        size = Int64(buffer.st_size)
        // A file system of a user's own may tell anything.
        allocated =
            Int64(buffer.st_blocks).multipliedReportingOverflow(by: 512).overflow
            ? .max : Int64(buffer.st_blocks) * 512
        modified = Int64(buffer.st_mtim.tv_sec)
        modifiedNanoseconds = Int64(buffer.st_mtim.tv_nsec)
        device = UInt64(buffer.st_dev)
        inode = UInt64(buffer.st_ino)
        linkCount = UInt64(buffer.st_nlink)
    }
}
