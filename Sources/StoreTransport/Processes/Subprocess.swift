internal import AssetModel
internal import CLinux
internal import Glibc
internal import NIOPosix

/// Runs a program and gathers what it prints. No shell is involved, and it sees this process's environment and what is
/// added to it.
///
/// It has a thread of its own, stays in this process's group so that it can ask a person at the terminal, and ends before
/// the call does: killed with all that it started where it takes or prints too much, or where the task is cancelled; killed
/// where this process ends. What it leaves running when it ends by itself is left alone.
package enum Subprocess {
    package struct Output: Sendable {
        package let status: Int32
        package let standardOutput: [UInt8]
        package let standardError: [UInt8]

        /// Enough to understand a failure, and not all that a program may say.
        package var firstErrorLine: String? {
            let line = String(decoding: standardError, as: UTF8.self).split(whereSeparator: \.isNewline).first
            return line.map { String($0.prefix(200)) }
        }
    }

    package enum Fault: Error, ErrorDetail {
        /// - Parameter code: `errno`
        case notRun(code: CInt)
        case interrupted
        /// In seconds.
        case timedOut(after: Double)
        /// More than so many bytes.
        case printedTooMuch(limit: Int)

        package var isInterruption: Bool { self == .interrupted }
    }

    /// Of each of the two outputs, in bytes.
    static let limit = 1 << 20

    /// In seconds: enough for a login in a browser.
    private static let defaultTimeout = 120.0

    /// - Parameters:
    ///   - variables: of the environment, beside this process's own.
    ///   - input: what it may read, no more than a pipe holds.
    ///   - timeout: after which the program is killed, in seconds; nil for the default.
    package static func run(
        _ words: [String], adding variables: [String: String] = [:], input: String = "", timeout: Double? = nil
    ) async throws(Fault) -> Output {
        let timeout = timeout ?? defaultTimeout
        let interruption = try Interruption()
        // The disk's threads are for calls that end.
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let result: Result<Output, Fault> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                thread.submit { _ in
                    continuation.resume(
                        returning: Result { () throws(Fault) in
                            try RunningProgram(words, variables, input: input)
                                .output(within: timeout, until: interruption)
                        })
                }
            }
        } onCancel: {
            interruption.signal()
        }
        thread.shutdownGracefully { _ in }
        return try result.get()
    }
}

/// A program under way. For one thread.
private final class RunningProgram {
    private typealias Fault = Subprocess.Fault

    private let process: pid_t
    private let output: Pipe
    private let error: Pipe
    private var gathered: [[UInt8]] = [[], []]
    private var isOpen = [true, true]
    /// Its id may be another's by now.
    private var hasEnded = false
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(_ words: [String], _ variables: [String: String], input text: String) throws(Subprocess.Fault) {
        // Where it is ignored, the system forgets how a program ended.
        signal(SIGCHLD, SIG_DFL)
        // Where there is nothing to read it is as /dev/null, without the need for one.
        let input = try Pipe()
        try input.fill(with: text)
        (output, error) = (try Pipe(), try Pipe())
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment = Self.environment(variables).map { strdup($0) } + [nil]
        defer { for text in arguments + environment { free(text) } }
        let descriptors = [input.reader, output.writer, error.writer]
        process = clinux_spawn(&arguments, &environment, descriptors)
        guard process > 0 else { throw .notRun(code: errno) }
        for pipe in [output, error] {
            pipe.closeWriter()
            _ = fcntl(pipe.reader, F_SETFL, O_NONBLOCK)
        }
    }

    private static func environment(_ variables: [String: String]) -> [String] {
        var inherited: [String] = []
        var place = environ
        while let variable = place.pointee {
            inherited.append(String(cString: variable))
            place += 1
        }
        return inherited.filter { variables[String($0.prefix { $0 != "=" })] == nil }
            + variables.map { "\($0.key)=\($0.value)" }
    }

    /// - Parameter timeout: in seconds.
    func output(within timeout: Double, until interruption: Interruption) throws(Subprocess.Fault)
        -> Subprocess.Output
    {
        let deadline = ContinuousClock.now + WaitingTime(seconds: timeout).duration
        // A program that closed its outputs, or left them to another, ends without a word.
        var pause: Int32 = 1
        while true {
            let isInterrupted = interruption.wait(for: pause, or: openReaders)
            let status = endStatus()
            try read()
            if let status {
                return Subprocess.Output(status: status, standardOutput: gathered[0], standardError: gathered[1])
            }
            if isInterrupted { throw killed(.interrupted) }
            if ContinuousClock.now >= deadline { throw killed(.timedOut(after: timeout)) }
            pause = min(pause * 2, 50)
        }
    }

    private var openReaders: [CInt] {
        zip([output, error], isOpen).compactMap { pipe, isOpen in isOpen ? pipe.reader : nil }
    }

    /// All that is there, of both, as a program that fills one of them waits until it is read.
    private func read() throws(Subprocess.Fault) {
        for (place, pipe) in [output, error].enumerated() where isOpen[place] {
            // More than a pipe holds, so that none that is written to without end holds up the rest.
            for _ in 0..<64 {
                let count = Glibc.read(pipe.reader, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count == 0 { isOpen[place] = false }
                guard count > 0 else { break }
                if gathered[place].count <= Subprocess.limit { gathered[place] += buffer[..<count] }
                if place == 0, gathered[0].count > Subprocess.limit {
                    throw killed(.printedTooMuch(limit: Subprocess.limit))
                }
            }
        }
    }

    /// How the program ended; nil where it did not. 128 and the signal's number where it was one.
    private func endStatus() -> Int32? {
        var status: Int32 = 0
        guard !hasEnded, waitpid(process, &status, WNOHANG) == process else { return nil }
        hasEnded = true
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }

    /// Kills the program and all that it started. Each is stopped before it is asked for its children, so that it does not
    /// start another meanwhile.
    private func killed(_ fault: Subprocess.Fault) -> Subprocess.Fault {
        var family = hasEnded ? [] : [process]
        var place = 0
        while place < family.count {
            kill(family[place], SIGSTOP)
            family += Self.children(of: family[place])
            place += 1
        }
        for process in family { kill(process, SIGKILL) }
        // Whatever waits for a device that does not answer ends when it does.
        for _ in 0..<100 where !hasEnded && endStatus() == nil { usleep(1000) }
        return fault
    }

    private static func children(of process: pid_t) -> [pid_t] {
        // A thread other than the first hardly ever starts a program, and its children are the first one's later on.
        let file = open("/proc/\(process)/task/\(process)/children", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        // By read(2) alone: an offset in bytes is none in this file.
        var (bytes, buffer): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 1 << 12))
        while case let count = Glibc.read(file, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self).split { !$0.isNumber }.compactMap { pid_t($0) }
    }
}
