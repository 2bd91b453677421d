internal import FileSystem
internal import Glibc

/// Files that are written whole or not at all, outside the assets directory.
///
/// A symbolic link stays one: what it leads to is replaced. What is no regular file (a FIFO, a device, standard output)
/// and what cannot be replaced (a mount) is written to.
enum WholeFile {
    /// Puts the bytes in the place of what stands there, and keeps its mode.
    static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        var status = stat()
        let mode: mode_t? = stat(path, &status) == 0 ? status.st_mode : nil
        if let mode, mode & S_IFMT != S_IFREG || isDescriptor(path) { return try writeInto(path, bytes) }
        let place = try target(of: path, exists: mode != nil)
        let new = "\(place).\(String(UInt64.random(in: .min ... .max), radix: 36)).new"
        do throws(FileError) {
            try write(bytes, to: new, O_CREAT | O_EXCL, mode: (mode ?? 0o644) & 0o777)
            guard rename(new, place) == 0 else { throw FileError(path: place, attempt: "replace", code: errno) }
            try synchronize(folderOf: place)
        } catch {
            unlink(new)
            // What is mounted at a path can be changed, and not replaced.
            if error.code == EBUSY { return try writeInto(place, bytes, O_TRUNC) }
            throw error
        }
    }

    /// Whether the path names an open descriptor, which may be one that a shell appends to.
    private static func isDescriptor(_ path: String) -> Bool {
        ["/dev/", "/proc/"].contains { path.utf8.starts(with: $0.utf8) }
    }

    /// Where a chain of links ends; the last one may lead to what does not exist yet.
    private static func target(of path: String, exists: Bool) throws(FileError) -> String {
        if exists {
            guard let real = realpath(path, nil) else { throw FileError(path: path, attempt: "open", code: errno) }
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
        throw FileError(path: path, attempt: "open", code: ELOOP)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: Bytes

    /// A pipe whose reader is gone, or a device that is full, says so; there is nothing to sync.
    private static func writeInto(_ path: String, _ bytes: [UInt8], _ flags: CInt = 0) throws(FileError) {
        try write(bytes, to: path, flags | O_NOCTTY, mode: 0)
    }

    private static func write(_ bytes: [UInt8], to path: String, _ flags: CInt, mode: mode_t) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, mode)
        guard descriptor >= 0 else { throw FileError(path: path, attempt: "create", code: errno) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(path: path, attempt: "write", code: errno) }
            done += count
        }
        // EINVAL: pipes and devices cannot be synced.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError(path: path, attempt: "write", code: errno)
        }
    }

    /// After a power cut the folder names the new file. A folder that may not be read cannot be synced.
    private static func synchronize(folderOf path: String) throws(FileError) {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError(path: path, attempt: "write", code: errno)
        }
    }
}
