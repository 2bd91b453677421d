internal import CLinux
internal import Glibc

/// A descriptor that text is written to, and what is known about it.
struct OutputDescriptor: Sendable {
    enum Outcome: Hashable, Sendable {
        case wrote(Int)
        /// Nobody read for as long as may be waited.
        case wouldBlock
        /// `errno` of a write that no later one can mend, such as `EPIPE`.
        case failed(CInt)
    }

    /// What one write may hold: a pipe that is ready takes `PIPE_BUF` bytes without blocking (pipe(7)).
    static let chunkSize = 4096

    let number: CInt
    let isTerminal: Bool

    init(_ number: CInt) {
        self.number = number
        isTerminal = isatty(number) == 1
    }

    /// The window's size now; 80 by 24 where there is none or it does not know.
    var size: TerminalSize {
        var columns: CInt = 0
        var rows: CInt = 0
        guard clinux_terminal_size(number, &columns, &rows) == 0, columns > 0, rows > 0 else { return .standard }
        return TerminalSize(columns: Int(columns), rows: Int(rows))
    }

    /// Another open file over the same pipe or terminal, that never blocks; nil where there can be none.
    ///
    /// `O_NONBLOCK` belongs to the open file, which the processes that share a terminal share too: set on the one that
    /// was inherited, it would make their writes fail.
    func reopenedWithoutBlocking() -> CInt? {
        var status = stat()
        guard fstat(number, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFIFO || isTerminal else { return nil }
        let descriptor = open("/proc/self/fd/\(number)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        return descriptor < 0 ? nil : descriptor
    }

    /// Writes all of it, however long that takes; nil when done, `errno` where it cannot be.
    func writeWhole(_ bytes: [UInt8]) -> CInt? {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch write(rest, within: nil) {
            case .wrote(let count): rest = rest.dropFirst(count)
            case .wouldBlock: continue
            case .failed(let code): return code
            }
        }
        return nil
    }

    /// Writes at most one chunk, once the descriptor is ready for it.
    ///
    /// - Parameter milliseconds: how long to wait until it is; nil for ever.
    func write(_ bytes: ArraySlice<UInt8>, within milliseconds: CInt?) -> Outcome {
        guard isReady(within: milliseconds) else { return .wouldBlock }
        let chunk = bytes.prefix(Self.chunkSize)
        let count = chunk.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
        if count >= 0 { return .wrote(count) }
        return errno == EINTR || errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    // An interrupted wait counts as one that found nothing: whoever has patience left asks again.
    private func isReady(within milliseconds: CInt?) -> Bool {
        var request = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, milliseconds ?? -1) > 0
    }
}

/// A window's size in cells.
package struct TerminalSize: Hashable, Sendable {
    package static let standard = TerminalSize(columns: 80, rows: 24)

    package let columns: Int
    package let rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}
