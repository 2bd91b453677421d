import FoundationEssentials
import Glibc

/// This program once more, as a child that may end in any way.
enum Child {
    struct Result {
        /// How it ended, where not well.
        let fault: String?
    }

    /// - Parameter timeout: in seconds.
    static func run(_ arguments: [String], timeout: Double) throws -> Result {
        let said = "\(Files.temporary)/parser-fuzz-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { unlink(said) }
        let child = try spawn(arguments, standardError: said)
        let end = ContinuousClock.now + .seconds(timeout)
        var status: CInt = 0
        while waitpid(child, &status, WNOHANG) == 0 {
            usleep(5000)
            guard ContinuousClock.now > end else { continue }
            kill(child, SIGKILL)
            waitpid(child, &status, 0)
            return Result(fault: "it does not end")
        }
        return Result(fault: fault(status, said: said))
    }

    private static func fault(_ status: CInt, said: String) -> String? {
        guard status != 0 else { return nil }
        let text = String(decoding: (try? Files.read(said)) ?? [], as: UTF8.self)
        let line = text.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) } ?? ""
        switch status & 0x7F {
        case 0: return "\(line)"
        case SIGPROF: return "it takes too long"
        case let signal: return "ended by signal \(signal): \(line)"
        }
    }

    private static func spawn(_ arguments: [String], standardError: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, standardError, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let words = [CommandLine.arguments[0]] + arguments
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        // A trap is to end the child at once, without the seconds that a backtrace takes.
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no"), strdup("TZ=UTC"), nil]
        defer { for pointer in pointers + environment { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/proc/self/exe", &actions, nil, &pointers, &environment)
        guard code == 0 else { throw Violation("cannot run a child: \(String(cString: strerror(code)))") }
        return child
    }
}
