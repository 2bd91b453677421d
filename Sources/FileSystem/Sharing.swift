internal import CLinux
internal import Glibc

// What two names, or two files, have in common: blocks, an inode, a lock.

extension File {
    /// Takes the blocks of another file for its own, shared until one of the two is written (a reflink); for an empty file.
    ///
    /// - Returns: false where the file systems cannot do that: then nothing was copied.
    package func clone(_ source: File) -> Bool { clinux_clone(descriptor, source.descriptor) == 0 }

    /// Notes that the file was used now, as its time of access, which is set even where the file system does not keep it by
    /// itself. When it was changed stays as it is.
    package func noteUse() throws(FileError) {
        guard clinux_touch_access(descriptor) == 0 else {
            throw FileError(path: path, attempt: .setTime, code: errno)
        }
    }

    /// Gives the `flock` back before the file is closed.
    package func unlock() { flock(descriptor, LOCK_UN) }
}

extension Directory {
    /// Waits for the `flock` of this directory itself, which is held for some calls: alone, or with others who do not want it alone.
    ///
    /// - Returns: what holds it, and gives it back when it goes away. Where directories cannot be locked, it holds nothing.
    package func lockItself(alone: Bool) throws(FileError) -> File {
        let opened = retrying { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard opened >= 0 else { throw FileError(path: path, attempt: .openDirectory, code: errno) }
        _ = retrying { flock(opened, alone ? LOCK_EX : LOCK_SH) }
        return File(descriptor: opened, path: path)
    }

    /// Gives a file a second name, which must be free. A link is not followed but linked itself.
    package func link(_ name: String, to directory: Directory, as newName: String) throws(FileError) {
        try checkName(name)
        try directory.checkName(newName)
        guard linkat(descriptor, name, directory.descriptor, newName, 0) == 0 else {
            throw directory.failure(newName, .linkTo(from: "\(path)/\(name)"))
        }
    }

    /// Whether this user may write to the file; false where there is none.
    package func mayWrite(to name: String) -> Bool {
        // Without flags, which glibc hands to faccessat2, a call that old container engines refuse.
        faccessat(descriptor, name, W_OK, 0) == 0
    }

    /// When the file was last read, or noted to be used, in seconds since 1970; nil where there is none.
    package func lastUse(of name: String) throws(FileError) -> Int64? {
        try checkName(name)
        var buffer = stat()
        if fstatat(descriptor, name, &buffer, AT_SYMLINK_NOFOLLOW) == 0 { return Int64(buffer.st_atim.tv_sec) }
        if errno == ENOENT { return nil }
        throw failure(name, .stat)
    }
}
