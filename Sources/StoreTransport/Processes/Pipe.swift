internal import CLinux
internal import Glibc
internal import Synchronization

/// A pipe that no other child inherits; both of its ends are closed with it.
///
/// A class because it owns descriptors.
final class Pipe {
    let reader: CInt
    private(set) var writer: CInt

    init() throws(Subprocess.Fault) {
        var ends: [CInt] = [0, 0]
        guard clinux_pipe(&ends) == 0 else {
            throw .notRun(code: errno)
        }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        closeWriter()
    }

    /// Writes what is to be read, and ends it there.
    ///
    /// - Parameter text: shorter than what every pipe holds, so that nothing waits for a reader.
    func fill(with text: String) throws(Subprocess.Fault) {
        let bytes = Array(text.utf8)
        _ = fcntl(writer, F_SETFL, O_NONBLOCK)
        guard write(writer, bytes, bytes.count) == bytes.count else {
            throw .notRun(code: errno)
        }
        closeWriter()
    }

    func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }
}

/// What wakes a thread that waits for descriptors.
///
/// A class because two threads share it.
final class Interruption: Sendable {
    private let pipe: Mutex<Pipe>
    private let reader: CInt

    init() throws(Subprocess.Fault) {
        let pipe = try Pipe()
        reader = pipe.reader
        self.pipe = Mutex(pipe)
    }

    /// From any thread.
    func signal() { pipe.withLock { $0.closeWriter() } }

    /// Waits until it is signalled, one of the descriptors can be read, or the time is over.
    ///
    /// - Parameter milliseconds: as poll(2) has it.
    /// - Returns: whether it has been signalled.
    func wait(for milliseconds: Int32, or readers: [CInt]) -> Bool {
        var polled = ([reader] + readers).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        return poll(&polled, nfds_t(polled.count), milliseconds) > 0 && polled[0].revents != 0
    }
}
