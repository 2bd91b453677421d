internal import FileSystem
internal import Glibc

/// Files that are written whole or not at all, outside the assets directory.
enum WholeFile {
    /// Puts the bytes in the place of what stands there, and keeps its mode.
    static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let new = "\(path).\(getpid()).new"
        do throws(FileError) {
            try create(new, bytes, like: path)
            guard rename(new, path) == 0 else { throw FileError(path: path, attempt: "replace", code: errno) }
        } catch {
            unlink(new)
            throw error
        }
    }

    private static func create(_ path: String, _ bytes: [UInt8], like old: String) throws(FileError) {
        var status = stat()
        let mode = stat(old, &status) == 0 ? status.st_mode & 0o777 : 0o644
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
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
        guard fsync(descriptor) == 0 else { throw FileError(path: path, attempt: "write", code: errno) }
    }
}
