import FileSystem
import Glibc
import Testing

@testable import StoreTransport

@Suite(.serialized) struct SubprocessTests {
    @Test func gathersWhatIsPrinted() async throws {
        let script = "echo out; echo err >&2; echo $NAME; read line; echo $?; exit 3"
        let output = try await Subprocess.run(["sh", "-c", script], adding: ["NAME": "value"])
        #expect(output.status == 3)
        #expect(String(decoding: output.standardOutput, as: UTF8.self) == "out\nvalue\n1\n")
        #expect(output.firstErrorLine == "err")
    }

    @Test("may read what it is given, and nothing where it is given nothing", arguments: ["", "registry.example"])
    func input(text: String) async throws {
        let output = try await Subprocess.run(["cat"], input: text)
        #expect(String(decoding: output.standardOutput, as: UTF8.self) == text)
        #expect(output.status == 0)
    }

    @Test func tellsTheSignalThatEndedAProgram() async throws {
        #expect(try await Subprocess.run(["sh", "-c", "kill -TERM $$"]).status == 143)
    }

    @Test(arguments: ["/nowhere/program", "", "/proc/self/status", "/tmp"])
    func saysWhyAProgramCannotBeRun(_ program: String) async throws {
        let fault = await #expect(throws: Subprocess.Fault.self) { try await Subprocess.run([program]) }
        guard case .notRun? = fault else {
            Issue.record("\(fault.map { "\($0)" } ?? "nothing")")
            return
        }
    }

    @Test func takesAsMuchAsTheLimitAndNoMore() async throws {
        let bytes = Subprocess.limit
        let output = try await Subprocess.run(["head", "-c", "\(bytes)", "/dev/zero"])
        #expect(output.standardOutput.count == bytes)
        let fault = await #expect(throws: Subprocess.Fault.self) {
            try await Subprocess.run(["head", "-c", "\(bytes + 1)", "/dev/zero"])
        }
        #expect(fault == .printedTooMuch(limit: 1 << 20))
    }

    @Test func endsAProgramThatTakesTooLong() async throws {
        let start = ContinuousClock.now
        let fault = await #expect(throws: Subprocess.Fault.self) {
            try await Subprocess.run(["sh", "-c", "exec >&- 2>&-; sleep 60"], timeout: 0.3)
        }
        #expect(fault == .timedOut(after: 0.3))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(.timeLimit(.minutes(1))) func endsAProgramWhoseTaskIsCancelled() async throws {
        let task = Task { try await Subprocess.run(["sleep", "600"]) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        let result = await task.result
        #expect(throws: Subprocess.Fault.self) { try result.get() }
        // One that is cancelled before it begins, too.
        let second = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await Subprocess.run(["sleep", "600"])
        }
        second.cancel()
        let fault = await #expect(throws: Subprocess.Fault.self) { try await second.value }
        #expect(fault?.isInterruption == true)
    }

    /// Twice as many as there are threads for the disk, which stay free meanwhile.
    @Test(.timeLimit(.minutes(1))) func leavesTheDiskItsThreads() async throws {
        let programs = (0..<8).map { _ in Task { try await Subprocess.run(["sleep", "600"]) } }
        try await Task.sleep(for: .milliseconds(200))
        #expect(await DiskQueue.shared.run { 7 } == 7)
        for program in programs { program.cancel() }
        for program in programs { _ = await program.result }
    }

    /// A leak stays; what tests beside this one have open does not.
    @Test(.timeLimit(.minutes(1))) func leavesNoDescriptorBehind() async throws {
        let before = try Self.openPipes()
        for _ in 0..<20 { _ = try await Subprocess.run(["true"]) }
        for _ in 0..<20 { _ = try? await Subprocess.run(["/nowhere/program"]) }
        while try Self.openPipes() > before + 19 { try await Task.sleep(for: .milliseconds(50)) }
    }

    private static func openPipes() throws -> Int {
        try Directory.open("/proc/self/fd").entries().count { name in
            var buffer = [CChar](repeating: 0, count: 64)
            let count = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
            return count > 5 && buffer[..<5].map { UInt8(bitPattern: $0) } == Array("pipe:".utf8)
        }
    }
}
