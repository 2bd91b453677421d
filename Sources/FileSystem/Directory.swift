internal import CLinux
internal import Glibc

/// An open directory, and the only way to anything below the assets directory.
///
/// A path below it is walked component by component from the descriptor, and no component may be a symbolic link, so
/// that nothing planted there leads a write or a read outside, whoever changes what meanwhile. Names come from
/// validated types; a component that is empty, `.` or `..` is refused again here.
///
/// A class because it owns a descriptor that many tasks use at once.
package final class Directory: Sendable {
    let descriptor: CInt
    /// As it was given, for messages.
    package let path: String

    private init(descriptor: CInt, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens the directory that everything else is relative to. Symbolic links in its own path are the user's affair.
    package static func open(_ path: String) throws(FileError) -> Directory {
        let descriptor = retrying { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileError(path: path, attempt: .openDirectory, code: errno) }
        return Directory(descriptor: descriptor, path: path)
    }

    /// The same for making and renaming entries, which is allowed in some directories that may not be listed.
    package static func openForMaking(_ path: String) throws(FileError) -> Directory {
        do {
            return try open(path)
        } catch  where error.code == EACCES {
            let descriptor = retrying { clinux_open_directory_path(path) }
            guard descriptor >= 0 else { throw error }
            return Directory(descriptor: descriptor, path: path)
        } catch {
            throw error
        }
    }

    // MARK: Directories below

    /// Opens a directory below this one.
    ///
    /// - Parameter relative: components joined by `/`; empty for this directory itself.
    package func directory(_ relative: some StringProtocol) throws(FileError) -> Directory {
        var directory = self
        for component in components(of: relative) {
            directory = try directory.child(component)
        }
        return directory
    }

    /// The directory below, or nil where one of the components does not exist.
    package func directoryIfPresent(_ relative: some StringProtocol) throws(FileError) -> Directory? {
        do {
            return try directory(relative)
        } catch  where error.isMissing {
            return nil
        } catch {
            throw error
        }
    }

    /// Opens a directory below this one and makes what is missing, with mode 0777 less the umask.
    package func makeDirectory(_ relative: some StringProtocol) throws(FileError) -> Directory {
        // Another process may remove an empty folder between our steps; it cannot go on doing so for ever.
        for _ in 0..<100 {
            do {
                return try makeEach(relative)
            } catch  where error.isMissing {
                continue
            } catch {
                throw error
            }
        }
        return try makeEach(relative)
    }

    private func makeEach(_ relative: some StringProtocol) throws(FileError) -> Directory {
        var directory = self
        for component in components(of: relative) {
            directory = try directory.makeChild(component)
        }
        return directory
    }

    private func makeChild(_ name: String) throws(FileError) -> Directory {
        do {
            return try child(name)
        } catch  where error.isMissing {
            if mkdirat(descriptor, name, 0o777) != 0, errno != EEXIST {
                throw failure(name, .createDirectory)
            }
            return try child(name)
        } catch {
            throw error
        }
    }

    private func child(_ name: String) throws(FileError) -> Directory {
        try checkName(name)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let opened = retrying { openat(descriptor, name, flags) }
        if opened < 0 {
            let code = errno
            try refuseLink(name, attempt: .openDirectory)
            throw FileError(path: pathOf(name), attempt: .openDirectory, code: code)
        }
        return Directory(descriptor: opened, path: pathOf(name))
    }

    // MARK: Files

    /// Opens or creates a file in this directory for reading and writing, mode 0644 less the umask.
    package func createFile(_ name: String, truncate: Bool = false) throws(FileError) -> File {
        try open(name, O_RDWR | O_CREAT | (truncate ? O_TRUNC : 0), attempt: .create)
    }

    /// Creates a file that must not exist.
    ///
    /// - Parameter isShared: whether its mode is 0666 less the umask, as others are to write to it too.
    package func createNewFile(_ name: String, isShared: Bool = false) throws(FileError) -> File {
        try open(name, O_RDWR | O_CREAT | O_EXCL, mode: isShared ? 0o666 : 0o644, attempt: .create)
    }

    /// Opens or creates a file that is only added to: each `append` is one write at its end.
    package func createLog(_ name: String) throws(FileError) -> File {
        try open(name, O_WRONLY | O_CREAT | O_APPEND, attempt: .create)
    }

    package func openFile(_ name: String) throws(FileError) -> File {
        try open(name, O_RDONLY, attempt: .open)
    }

    /// The whole content of a small file; nil where there is none.
    package func contents(of name: String, limit: Int = 16 << 20) throws(FileError) -> [UInt8]? {
        do {
            return try openFile(name).readAll(limit: limit)
        } catch  where error.isMissing {
            return nil
        } catch {
            throw error
        }
    }

    private func open(
        _ name: String, _ flags: CInt, mode: mode_t = 0o644, attempt: FileAttempt
    ) throws(FileError) -> File {
        try checkName(name)
        // O_NONBLOCK: a pipe that somebody put here must not hang the open.
        let opened = retrying { openat(descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode) }
        if opened < 0 {
            let code = errno
            if code == ELOOP { try refuseLink(name, attempt: attempt) }
            throw FileError(path: pathOf(name), attempt: attempt, code: code)
        }
        return File(descriptor: opened, path: pathOf(name))
    }

    // MARK: Entries

    /// What stands under a name, itself and not what a link points to; nil where nothing does.
    package func status(of name: String) throws(FileError) -> FileStatus? {
        try checkName(name)
        var buffer = stat()
        if fstatat(descriptor, name, &buffer, AT_SYMLINK_NOFOLLOW) == 0 { return FileStatus(buffer) }
        if errno == ENOENT { return nil }
        throw failure(name, .stat)
    }

    package func status() throws(FileError) -> FileStatus {
        var buffer = stat()
        guard fstat(descriptor, &buffer) == 0 else { throw FileError(path: path, attempt: .stat, code: errno) }
        return FileStatus(buffer)
    }

    /// The names of all entries, sorted by their bytes.
    package func entries() throws(FileError) -> [String] { try listing().map(\.name) }

    /// All entries with what each is, itself and not what a link points to, sorted by the names' bytes.
    package func listing() throws(FileError) -> [DirectoryEntry] {
        let copy = retrying { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard copy >= 0 else { throw FileError(path: path, attempt: .list, code: errno) }
        guard let stream = fdopendir(copy) else {
            defer { close(copy) }
            throw FileError(path: path, attempt: .list, code: errno)
        }
        defer { closedir(stream) }
        var entries: [DirectoryEntry] = []
        while true {
            // Without this, an error would be taken for the end, and a folder for one that has less in it.
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = name(of: entry)
            guard name != ".", name != ".." else { continue }
            // Not every file system tells; nil is of an entry that went meanwhile.
            var kind = FileStatus.Kind(directoryEntryType: entry.pointee.d_type)
            if kind == nil { kind = try status(of: name)?.kind }
            if let kind { entries.append(DirectoryEntry(name: name, kind: kind)) }
        }
        guard errno == 0 else { throw FileError(path: path, attempt: .list, code: errno) }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Read where it is: an entry is as long as its name, and not as its type.
    private func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return "" }
        return String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
    }

    /// Removes a file or a whole tree; nothing there is fine.
    package func remove(_ name: String) throws(FileError) {
        guard let status = try status(of: name) else { return }
        if status.kind == .directory {
            let directory = try child(name)
            for entry in try directory.entries() { try directory.remove(entry) }
        }
        let flags = status.kind == .directory ? AT_REMOVEDIR : 0
        if unlinkat(descriptor, name, flags) != 0, errno != ENOENT { throw failure(name, .remove) }
    }

    /// Removes a directory if it is empty; says whether it is gone.
    package func removeIfEmpty(_ name: String) -> Bool {
        unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT
    }

    /// Renames an entry, over whatever file has the name there.
    package func rename(_ name: String, to directory: Directory, as newName: String) throws(FileError) {
        try checkName(newName)
        guard renameat(descriptor, name, directory.descriptor, newName) == 0 else {
            throw directory.failure(newName, .renameTo(from: pathOf(name)))
        }
    }

    /// Puts an entry in the place of another, which comes to stand under the first one's name, in one step.
    ///
    /// Where the file system cannot exchange names, the old entry is moved away first: then a crash can leave the name
    /// without either, but never with something unfinished.
    package func exchange(_ name: String, with directory: Directory, _ other: String) throws(FileError) {
        if clinux_rename_exchange(descriptor, name, directory.descriptor, other) == 0 { return }
        guard errno == EINVAL || errno == ENOSYS else { throw directory.failure(other, .replace) }
        let aside = other + ".replaced"
        try directory.rename(other, to: self, as: aside)
        try rename(name, to: directory, as: other)
        try rename(aside, to: self, as: name)
    }

    /// Sets when the entry was last changed and read, in whole seconds since 1970.
    package func setTime(of name: String, to seconds: Int64) throws(FileError) {
        var times = (timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0))
        let result = withUnsafePointer(to: &times) { pointer in
            pointer.withMemoryRebound(to: timespec.self, capacity: 2) {
                utimensat(descriptor, name, $0, AT_SYMLINK_NOFOLLOW)
            }
        }
        guard result == 0 else { throw failure(name, .setTime) }
    }

    /// Sets this directory's own time, in whole seconds since 1970.
    package func setTime(to seconds: Int64) throws(FileError) {
        try setTimes(of: descriptor, path: path, seconds: seconds)
    }

    /// Makes the directory's entries durable.
    package func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(path: path, attempt: .sync, code: errno) }
    }

    // MARK: Errors

    private func pathOf(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

    func failure(_ name: String, _ attempt: FileAttempt) -> FileError {
        FileError(path: pathOf(name), attempt: attempt, code: errno)
    }

    func checkName(_ name: String) throws(FileError) {
        if name.isEmpty || name == "." || name == ".." || name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(0)
        {
            throw FileError(path: path, attempt: .use, refusal: .notAnEntry(name))
        }
    }

    private func refuseLink(_ name: String, attempt: FileAttempt) throws(FileError) {
        guard let status = try status(of: name), status.kind == .link else { return }
        throw FileError(
            path: pathOf(name), attempt: attempt,
            refusal: .symbolicLink)
    }
}

/// By bytes: a slash before a combining mark is no Character of its own.
private func components(of path: some StringProtocol) -> [String] {
    // Bytes in a row, as what is generic over texts is made for none of them: it took six times as long.
    var path = path.description
    return path.withUTF8 { bytes in
        bytes.split(separator: UInt8(ascii: "/")).map {
            String(decoding: UnsafeBufferPointer(rebasing: $0), as: UTF8.self)
        }
    }
}
