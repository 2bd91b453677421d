internal import CLinux
internal import FileSystem
internal import Glibc

/// Runs a program and gathers what it prints. No shell is involved, and it sees this process's environment and what is
/// added to it.
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

    /// In seconds: enough for a login in a browser.
    private static let defaultTimeout = 120.0

    /// - Parameters:
    ///   - variables: of the environment, beside this process's own.
    ///   - timeout: after which the program is killed, in seconds; nil for the default.
    static func run(
        _ words: [String], adding variables: [String: String] = [:], timeout: Double? = nil
    ) async throws(Fault) -> Output {
        try await DiskQueue.shared.run { () throws(Fault) in
            let (output, error) = (try Pipe(), try Pipe())
            let child = try spawn(words, variables, output, error)
            output.closeWriter()
            error.closeWriter()
            let timeout = timeout ?? defaultTimeout
            let deadline = ContinuousClock.now + WaitingTime(seconds: timeout).duration
            guard let (standardOutput, standardError) = gather(output, error, until: deadline) else {
                kill(child, SIGKILL)
                while waitpid(child, nil, 0) < 0, errno == EINTR {}
                throw Fault(words: "it took longer than \(timeout) seconds")
            }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
            return Output(status: code, standardOutput: standardOutput, standardError: standardError)
        }
    }

    private static func spawn(
        _ words: [String], _ variables: [String: String], _ output: Pipe, _ error: Pipe
    ) throws(Fault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writer, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, error.writer, STDERR_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var inherited: [String] = []
        var place = environ
        while let variable = place.pointee {
            inherited.append(String(cString: variable))
            place += 1
        }
        let kept = inherited.filter { variables[String($0.prefix { $0 != "=" })] == nil }
        var environment = (kept + variables.map { "\($0.key)=\($0.value)" }).map { strdup($0) } + [nil]
        defer { for variable in environment { free(variable) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        resetSignals(&attributes)
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &environment)
        guard code == 0 else { throw Fault(words: SystemErrorText.of(code)) }
        return child
    }

    /// What this process ignores or blocks would stay so in the program.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    }

    /// Both at once, as a program that fills one of them waits until it is read.
    ///
    /// - Returns: nil where the deadline came before the end.
    private static func gather(
        _ output: Pipe, _ error: Pipe, until deadline: ContinuousClock.Instant
    ) -> ([UInt8], [UInt8])? {
        var gathered: [[UInt8]] = [[], []]
        var polled = [output.reader, error.reader].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while polled.contains(where: { $0.fd >= 0 }) {
            let left = Int32(max(0, ((deadline - .now) / .milliseconds(1)).rounded(.up)))
            let count = poll(&polled, nfds_t(polled.count), left)
            if count == 0 { return nil }
            guard count > 0 else { continue }
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
