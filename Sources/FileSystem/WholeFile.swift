internal import Glibc

/// Files that are written whole or not at all, outside the assets directory.
///
/// A symbolic link stays one: what it leads to is replaced. What is no regular file (a FIFO, a device, standard output)
/// and what cannot be replaced (a mount) is written to.
package enum WholeFile {
    /// Puts the bytes in the place of what stands there, and keeps its mode and, where it may, its group.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        var status = stat()
        let old: stat? = stat(path, &status) == 0 ? status : nil
        if let old, old.st_mode & S_IFMT != S_IFREG || isDescriptor(path) { return try writeInto(path, bytes) }
        let place = try target(of: path, exists: old != nil)
        do throws(FileError) {
            try replace(place, by: bytes, like: old)
        } catch {
            // What is mounted at a path can be changed, and not replaced.
            if error.code == EBUSY { return try writeInto(place, bytes, O_TRUNC) }
            throw error
        }
    }

    private static func replace(_ place: String, by bytes: [UInt8], like old: stat?) throws(FileError) {
        let (folder, name) = try (Directory.openForMaking(folder(of: place)), last(of: place))
        let names = NewFile.Names(prefix: ".\(name).", suffix: ".modelkit-assets")
        // What killed runs left does no harm, and the folder may be one that cannot be listed.
        try? names.sweep(folder)
        let new = try NewFile(names, in: folder)
        do throws(FileError) {
            // One who is not in the group leaves it to theirs, with the rights that it had.
            if let old { new.file.giveToGroup(old.st_gid) }
            try new.file.setMode(old.map { $0.st_mode & 0o777 } ?? CreationMask.applied(to: 0o666))
            try new.file.write(bytes)
            try synchronized { () throws(FileError) in try new.file.sync() }
            try new.place(as: name, in: folder)
        } catch {
            // The fault is told; what could not be removed, the next run sweeps.
            try? new.remove()
            throw error
        }
        // After a power cut the folder names the new file.
        try synchronized { () throws(FileError) in try folder.sync() }
    }

    /// What cannot be synced, a folder that may not be read among it, is left to the system.
    private static func synchronized(_ sync: () throws(FileError) -> Void) throws(FileError) {
        do throws(FileError) {
            try sync()
        } catch  where [EINVAL, ENOTSUP, EBADF].contains(error.code) {
            return
        } catch {
            throw error
        }
    }

    /// Whether the path names an open descriptor, which may be one that a shell appends to. What is in /dev/shm is a file as any.
    private static func isDescriptor(_ path: String) -> Bool {
        ["/dev/fd/", "/dev/std", "/proc/"].contains { path.utf8.starts(with: $0.utf8) }
    }

    /// Where a chain of links ends; the last one may lead to what does not exist yet.
    private static func target(of path: String, exists: Bool) throws(FileError) -> String {
        if exists {
            guard let real = realpath(path, nil) else { throw FileError(path: path, attempt: .open, code: errno) }
            defer { free(real) }
            return String(cString: real)
        }
        var place = path
        // As many links as Linux itself follows (path_resolution(7)).
        for _ in 0..<40 {
            var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = buffer.withUnsafeMutableBytes { bytes -> Int in
                guard let base = bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
                return readlink(place, base, bytes.count)
            }
            guard count >= 0 else { return place }
            let link = String(decoding: buffer[..<count], as: UTF8.self)
            place = link.utf8.first == UInt8(ascii: "/") ? link : folder(of: place) + "/" + link
        }
        throw FileError(path: path, attempt: .open, code: ELOOP)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func last(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    // MARK: Bytes

    /// A pipe whose reader is gone, or a device that is full, says so; there is nothing to sync.
    private static func writeInto(_ path: String, _ bytes: [UInt8], _ flags: CInt = 0) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags)
        guard descriptor >= 0 else { throw FileError(path: path, attempt: .open, code: errno) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(path: path, attempt: .write, code: errno) }
            done += count
        }
        // EINVAL: pipes and devices cannot be synced.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError(path: path, attempt: .write, code: errno)
        }
    }
}
