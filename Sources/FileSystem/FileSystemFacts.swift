internal import CLinux
internal import Glibc

// What the file system that a directory is on can do, and what it has room for.

extension Directory {
    /// Makes everything of the file system durable: for many files at once, one call that costs what a few of theirs do.
    package func syncFileSystem() throws(FileError) {
        guard clinux_syncfs(descriptor) == 0 else {
            throw FileError(path: path, attempt: .syncFileSystem, code: errno)
        }
    }

    /// Bytes that this user may still write to the file system.
    ///
    /// - Throws: also where the file system tells of no size, as some of a user's own do.
    package func freeSpace() throws(FileError) -> Int64 {
        var buffer = statvfs()
        guard fstatvfs(descriptor, &buffer) == 0 else {
            throw FileError(path: path, attempt: .findFreeSpace, code: errno)
        }
        guard buffer.f_blocks > 0 else {
            throw FileError(path: path, attempt: .findFreeSpace, refusal: .notReported)
        }
        let space = Int64(clamping: buffer.f_bavail).multipliedReportingOverflow(by: Int64(clamping: buffer.f_frsize))
        // A file system of a user's own may tell anything.
        return space.overflow ? .max : space.partialValue
    }

    /// Whether a copy of a file may share its blocks here (a reflink), as far as is known.
    package var mayShareBlocks: Bool { clinux_shares_no_blocks(descriptor) == 0 }

    /// What keeps this user from creating entries here, as far as the system tells without one being made.
    package var writeObstacle: FileError? {
        clinux_may_create_in(descriptor) == 1
            ? nil : FileError(path: path, attempt: .writeToDirectory, code: errno)
    }

    /// What keeps `flock` from working here, tried on the directory itself, so that nothing is left behind.
    ///
    /// Somebody else who holds that lock proves that locks work. NFS locks no directory (EBADF) and may well lock files.
    package var lockObstacle: FileError? {
        let copies = (0..<2).map { _ in openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { for copy in copies where copy >= 0 { close(copy) } }
        guard flock(copies[0], LOCK_EX | LOCK_NB) == 0 else {
            return [ENOLCK, ENOSYS, EOPNOTSUPP].contains(errno)
                ? FileError(path: path, attempt: .lockFiles, code: errno) : nil
        }
        guard flock(copies[1], LOCK_EX | LOCK_NB) == 0 else { return nil }
        return FileError(path: path, attempt: .lockFiles, refusal: .locksNotExclusive)
    }
}
