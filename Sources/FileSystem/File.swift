internal import CLinux
internal import Glibc

/// An open file.
///
/// A class because it owns a descriptor that the parts of one object share.
package final class File: Sendable {
    package let descriptor: CInt
    package let path: String

    init(descriptor: CInt, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a file for reading wherever it is, through links too: for what the user names, not for what is below the
    /// assets directory.
    package static func openForReading(_ path: String) throws(FileError) -> File {
        let descriptor = retrying { Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw FileError(path: path, attempt: .open, code: errno) }
        return File(descriptor: descriptor, path: path)
    }

    /// The same for adding to its end; made where it is missing.
    ///
    /// - Throws: ENXIO for a pipe that nobody reads, which is not waited for.
    package static func openForAppending(_ path: String) throws(FileError) -> File {
        let descriptor = retrying { Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644) }
        guard descriptor >= 0 else { throw FileError(path: path, attempt: .open, code: errno) }
        return File(descriptor: descriptor, path: path)
    }

    package func status() throws(FileError) -> FileStatus {
        var buffer = stat()
        guard fstat(descriptor, &buffer) == 0 else { throw failure(.stat) }
        return FileStatus(buffer)
    }

    // MARK: Content

    /// Writes all the bytes at the offset.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(.writeTo) }
            done += count
        }
    }

    /// Adds a text at the end, in one call; for a file of `createLog`.
    package func append(_ text: String) throws(FileError) {
        // On a descriptor opened with O_APPEND Linux writes at the end whatever the offset: pwrite(2), Bugs.
        try write(Array(text.utf8), at: 0)
    }

    package func write(_ text: String) throws(FileError) { try write(Array(text.utf8), at: 0) }

    package func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes, at: 0) }

    package func write(_ bytes: [UInt8], at offset: Int64) throws(FileError) {
        var result: Result<Void, FileError> = .success(())
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) {
                try write(buffer, at: offset)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    /// Fills the buffer from the offset on, as far as the file goes; the number of bytes read.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(.read) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// All there is to read, of a pipe or a device too: waits for who writes into it.
    ///
    /// - Throws: EFBIG where it is longer than the limit, in bytes; EISDIR for a folder.
    package func readToEnd(limit: Int) throws(FileError) -> [UInt8] {
        if try status().kind == .file { return try readAll(limit: limit) }
        // Opened without blocking, so that a pipe without a writer did not hold that up.
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) == 0 else { throw failure(.read) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = retrying { CInt(truncatingIfNeeded: Glibc.read(descriptor, &buffer, buffer.count)) }
            guard count >= 0 else { throw failure(.read) }
            if count == 0 { return bytes }
            bytes += buffer[..<Int(count)]
            guard bytes.count <= limit else { throw FileError(path: path, attempt: .read, code: EFBIG) }
        }
    }

    /// The whole content of a regular file.
    ///
    /// - Throws: EFBIG where it is longer than the limit, in bytes.
    package func readAll(limit: Int) throws(FileError) -> [UInt8] {
        let status = try status()
        guard status.kind == .file else {
            throw FileError(path: path, attempt: .read, refusal: .notRegularFile)
        }
        guard status.size <= Int64(limit) else { throw FileError(path: path, attempt: .read, code: EFBIG) }
        var result: Result<Int, FileError> = .success(0)
        // What the file grows by meanwhile is left out, but for the first byte of it.
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.size) + 1) { buffer, count in
            do throws(FileError) {
                count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            } catch {
                result = .failure(error)
            }
        }
        _ = try result.get()
        return bytes
    }

    /// Copies bytes from another file without bringing them here where the file systems can, and shares the blocks
    /// (a reflink) where they can do that; reads and writes otherwise.
    ///
    /// - Returns: how many bytes; fewer than the length where the other file ends early.
    package func copy(
        from source: CInt, _ range: Range<Int64>, to offset: Int64
    ) throws(FileError) -> Int64 {
        var done: Int64 = 0
        while done < Int64(range.count) {
            let count = clinux_copy_file_range(
                source, range.lowerBound + done, descriptor, offset + done, range.count - Int(done))
            if count > 0 {
                done += Int64(count)
            } else if count == 0 {
                // Also what some virtual file systems answer for a file that has bytes: reading tells.
                return done + (try copyByReading(from: source, range.dropFirst(Int(done)), to: offset + done))
            } else if [EXDEV, ENOSYS, EOPNOTSUPP, EINVAL, EPERM, EBADF].contains(errno) {
                return done + (try copyByReading(from: source, range.dropFirst(Int(done)), to: offset + done))
            } else if errno != EINTR {
                throw failure(.copyTo)
            }
        }
        return done
    }

    private func copyByReading(from source: CInt, _ range: Range<Int64>, to offset: Int64) throws(FileError) -> Int64 {
        try ReadBuffer.with { buffer throws(FileError) in
            var done: Int64 = 0
            while done < Int64(range.count) {
                let wanted = min(buffer.count, range.count - Int(done))
                let count = pread(source, buffer.baseAddress, wanted, off_t(range.lowerBound + done))
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw failure(.copyTo) }
                if count == 0 { break }
                try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset + done)
                done += Int64(count)
            }
            return done
        }
    }

    // MARK: Space, time, durability

    /// Takes the space for a file of this size now, so that a full disk is known before the bytes arrive. A file
    /// system that cannot is left to grow the file as it is written.
    package func preallocate(_ size: Int64) throws(FileError) {
        // In memory, taking room costs as much as writing.
        guard size > 0, clinux_is_in_memory(descriptor) == 0 else { return }
        while clinux_fallocate(descriptor, 0, size) != 0 {
            switch errno {
            case EINTR: continue
            case EOPNOTSUPP, ENOSYS, EINVAL: return
            default: throw failure(.allocate(Int64(size)))
            }
        }
    }

    /// Gives back the room that was taken for these bytes, where the file system can; they read as zeros.
    package func release(_ range: Range<Int64>) {
        _ = clinux_punch_hole(descriptor, range.lowerBound, Int64(range.count))
    }

    /// Cuts or extends the file to this size.
    package func resize(to size: Int64) throws(FileError) {
        guard retrying({ ftruncate(descriptor, off_t(size)) }) == 0 else { throw failure(.resize) }
    }

    /// Removes what is in the file. One that is empty is left alone: ext4 writes a file that was cut to nothing to the
    /// disk when it is closed, and each by itself.
    /// Source: <https://docs.kernel.org/admin-guide/ext4.html>, `auto_da_alloc`
    package func empty() throws(FileError) {
        if try status().size > 0 { try resize(to: 0) }
    }

    package func setMode(_ mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else { throw failure(.setMode) }
    }

    /// Gives the file to a group, where the user is in it.
    package func giveToGroup(_ group: UInt32) { _ = fchown(descriptor, uid_t.max, group) }

    /// When it was last changed and read, in whole seconds since 1970.
    package func setTime(to seconds: Int64) throws(FileError) {
        try setTimes(of: descriptor, path: path, seconds: seconds)
    }

    /// Begins to make this part of the content durable, so that there is less to wait for when all of it is to be.
    package func startWriteback(_ range: Range<Int64>) {
        // Advice: a file system that cannot writes later.
        _ = clinux_start_writeback(descriptor, range.lowerBound, Int64(range.count))
    }

    /// Makes the content durable.
    package func sync() throws(FileError) {
        guard retrying({ fsync(descriptor) }) == 0 else { throw failure(.sync) }
    }

    /// Takes the exclusive `flock` if nobody holds it.
    ///
    /// - Returns: whether it was taken. It is given back when the file is closed.
    package func tryLock() throws(FileError) -> Bool {
        if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
        // Some file systems say EACCES for a lock that somebody else has, as Python's filelock knows.
        if errno == EWOULDBLOCK || errno == EACCES { return false }
        throw failure(.lock)
    }

    private func failure(_ attempt: FileAttempt) -> FileError { FileError(path: path, attempt: attempt, code: errno) }
}

/// Fills the buffer from the offset of an open file on; the number of bytes read, fewer at the end or at an error.
package func readDescriptor(
    _ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64 = 0
) -> Int {
    var done = 0
    while done < buffer.count {
        let count = pread(
            descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + off_t(done))
        if count < 0, errno == EINTR { continue }
        if count <= 0 { break }
        done += count
    }
    return done
}
