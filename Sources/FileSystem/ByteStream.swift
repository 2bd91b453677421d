internal import Glibc

/// Bytes that come from a descriptor or go to one in order: of a file, a pipe, a terminal. Does not own the descriptor.
package struct ByteStream: Sendable {
    /// In messages.
    package let name: String
    private let descriptor: CInt

    package static let standardInput = ByteStream(STDIN_FILENO, name: "standard input")
    package static let standardOutput = ByteStream(STDOUT_FILENO, name: "standard output")

    package init(_ descriptor: CInt, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Writes all of them.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { throw FileError(path: name, attempt: .writeTo, code: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    package func write(_ bytes: [UInt8]) throws(FileError) {
        var result: Result<Void, FileError> = .success(())
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) {
                try write(buffer)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    /// Fills the buffer.
    ///
    /// - Returns: how many bytes came; fewer than there is room for at the end alone.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { throw FileError(path: name, attempt: .read, code: errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }
}
