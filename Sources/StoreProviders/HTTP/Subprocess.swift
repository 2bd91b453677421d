internal import CLinux
internal import FileSystem
internal import Glibc

/// Runs a program and gathers what it prints. No shell is involved, and it sees this process's environment.
enum Subprocess {
    struct Output: Sendable {
        let status: Int32
        let standardOutput: [UInt8]
        let standardError: [UInt8]

        /// Enough to understand a failure, and not all that a program may say.
        var firstErrorLine: String? {
            let line = String(decoding: standardError, as: UTF8.self).split(whereSeparator: \.isNewline).first
            return line.map { String($0.prefix(200)) }
        }
    }

    struct Fault: Error, Sendable {
        let words: String
    }

    /// Of each of the two outputs, in bytes.
    private static let limit = 1 << 20

    static func run(_ words: [String]) async throws(Fault) -> Output {
        try await DiskQueue.shared.run { () throws(Fault) in
            let (output, error) = (try Pipe(), try Pipe())
            let child = try spawn(words, output, error)
            output.closeWriter()
            error.closeWriter()
            let (standardOutput, standardError) = gather(output, error)
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
            return Output(status: code, standardOutput: standardOutput, standardError: standardError)
        }
    }

    private static func spawn(_ words: [String], _ output: Pipe, _ error: Pipe) throws(Fault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writer, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, error.writer, STDERR_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0], &actions, nil, &arguments, environ)
        guard code == 0 else { throw Fault(words: SystemErrorText.of(code)) }
        return child
    }

    /// Both at once, as a program that fills one of them waits until it is read.
    private static func gather(_ output: Pipe, _ error: Pipe) -> ([UInt8], [UInt8]) {
        var gathered: [[UInt8]] = [[], []]
        var polled = [output.reader, error.reader].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while polled.contains(where: { $0.fd >= 0 }) {
            guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
            for place in polled.indices where polled[place].revents != 0 {
                let count = read(polled[place].fd, &buffer, buffer.count)
                if count <= 0 { polled[place].fd = -1 }
                if count > 0, gathered[place].count < limit { gathered[place] += buffer[..<count] }
            }
        }
        return (gathered[0], gathered[1])
    }

    /// A pipe that no other child inherits; both of its ends are closed with it.
    ///
    /// A class because it owns descriptors.
    private final class Pipe {
        let reader: CInt
        private(set) var writer: CInt

        init() throws(Fault) {
            var ends: [CInt] = [0, 0]
            guard clinux_pipe(&ends) == 0 else { throw Fault(words: SystemErrorText.of(errno)) }
            (reader, writer) = (ends[0], ends[1])
        }

        deinit {
            close(reader)
            closeWriter()
        }

        func closeWriter() {
            if writer >= 0 { close(writer) }
            writer = -1
        }
    }
}
