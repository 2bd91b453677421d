import Dispatch
import FileSystem
import Glibc
import Testing
import Words

@testable import AssetsCommand
@testable import Terminal

@Suite("console")
struct ConsoleTests {
    init() { signal(SIGPIPE, SIG_IGN) }

    @Test("progress into a pipe that nobody reads returns, and keeps to its bound")
    func fullPipe() throws {
        let pipe = try Pipe()
        let console = Console(output: pipe.writer, error: pipe.writer)
        let line = String(repeating: "x", count: 1000)
        // Four times what the pipe and the backlog hold together: without the bound this would not return.
        let start = ContinuousClock.now
        for _ in 0..<4_500 { console.showProgress([line]) }
        // The least that a wait for this reader would have taken.
        #expect(ContinuousClock.now - start < Console.patience)
        let taken = pipe.readAvailable()
        #expect(taken.count >= 60_000)
        #expect(taken.allSatisfy { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "\n") })
    }

    @Test("a reader that reads in gulps misses no line of progress")
    func gulps() throws {
        let pipe = try Pipe()
        let console = Console(output: pipe.writer, error: pipe.writer)
        let lines = (0..<20_000).map { "line \($0)" }
        console.showProgress(lines)
        var taken = pipe.readAvailable()
        while taken.count < lines.reduce(0, { $0 + $1.utf8.count + 1 }) {
            console.showProgress([])
            let more = pipe.readAvailable()
            try #require(!more.isEmpty)
            taken += more
        }
        #expect(taken == Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test(
        "results arrive whole however slowly they are read, through a pipe that does not block too",
        arguments: [
            false, true,
        ])
    func slowReader(isNonBlocking: Bool) async throws {
        let pipe = try Pipe()
        if isNonBlocking { pipe.setNonBlocking() }
        let text = (0..<60_000).map { "nlp/lexicon:\($0)  /assets/nlp/lexicon/\($0)\n" }.joined()
        async let taken = pipe.readToEnd(by: 777)
        let failure = await pipe.onThread { write(text, to: $0) }
        #expect(failure == nil)
        pipe.closeWriter()
        #expect(await taken == Array(text.utf8))
    }

    @Test("diagnostics into a pipe that nobody reads give up, once and for all the run")
    func impatience() throws {
        let pipe = try Pipe()
        let console = Console(output: pipe.writer, error: pipe.writer)
        let start = ContinuousClock.now
        for _ in 0..<5 { console.writeDiagnostic(String(repeating: "x", count: 100_000)) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        #expect(seconds >= 2 && seconds < 8)
    }

    @Test("a diagnostic stands above the progress, which is drawn again below it")
    func diagnosticAboveFrame() throws {
        let pipe = try Pipe()
        let console = Console(output: pipe.writer, error: pipe.writer)
        console.showProgress([], frame: ["bar"])
        console.writeDiagnostic("warning: this")
        console.clearProgress()
        let bar = "\u{1B}[?25l\u{1B}[?7l\n\u{1B}[1A\u{1B}7\u{1B}[999;1Hbar\u{1B}8\u{1B}[?7h"
        let erasure = "\r\u{1B}[2K\n\u{1B}[J\u{1B}[1A\u{1B}[?25h"
        #expect(
            String(decoding: pipe.readAvailable(), as: UTF8.self)
                == bar + erasure + "warning: this\n" + bar + erasure)
    }

    @Test("a reader that has gone is no failure of results, and a full disk is")
    func failures() throws {
        let pipe = try Pipe()
        let gone = Console(output: pipe.writer, error: pipe.writer)
        pipe.closeReader()
        gone.writeResult("path\n")
        gone.writeDiagnostic("nobody sees this")
        gone.showProgress(["nor this"])
        #expect(gone.resultFailure == nil)

        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let console = Console(output: full, error: full)
        console.writeResult("path\n")
        #expect(console.resultFailure?.code == ENOSPC)
    }

    @Test("where there is no window it is taken for 80 by 24")
    func size() throws {
        let pipe = try Pipe()
        #expect(Console(output: pipe.writer, error: pipe.writer).size == TerminalSize(columns: 80, rows: 24))
    }
}

// The console's own descriptor goes with it, so that the reader sees the end.
private func write(_ text: String, to pipe: Pipe) -> FileError? {
    let console = Console(output: pipe.writer, error: pipe.writer)
    console.writeResult(text)
    return console.resultFailure
}

/// A pipe of the system. A class because it owns its descriptors.
final class Pipe: Sendable {
    let reader: CInt
    let writer: CInt

    init() throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        close(writer)
    }

    func setNonBlocking() { _ = fcntl(writer, F_SETFL, O_NONBLOCK) }

    func closeReader() { dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), reader) }

    /// Ends the pipe for its reader.
    func closeWriter() { dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), writer) }

    /// What is in the pipe now.
    func readAvailable() -> [UInt8] {
        var bytes: [UInt8] = []
        while isReadable(within: 0) { bytes += read(65_536) }
        return bytes
    }

    /// All that comes until the writer is closed, in small pieces.
    func readToEnd(by size: Int) async -> [UInt8] {
        await onThread { pipe in
            var bytes: [UInt8] = []
            while case let piece = pipe.read(size), !piece.isEmpty { bytes += piece }
            return bytes
        }
    }

    /// What comes until it ends so, or nothing does for that many milliseconds.
    func read(until end: String, within milliseconds: CInt) async -> String {
        await onThread { pipe in
            var text = ""
            while !text.hasSuffix(end), pipe.isReadable(within: milliseconds) {
                text += String(decoding: pipe.read(65_536), as: UTF8.self)
            }
            return text
        }
    }

    // Reading and writing block, which the threads that tasks share must not: there may be but two.
    func onThread<Value: Sendable>(_ work: @escaping @Sendable (Pipe) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work(self)) }
        }
    }

    private func read(_ size: Int) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: size)
        let count = Glibc.read(reader, &buffer, size)
        return Array(buffer.prefix(max(0, count)))
    }

    private func isReadable(within milliseconds: CInt) -> Bool {
        var request = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0 && request.revents & Int16(POLLIN) != 0
    }
}
