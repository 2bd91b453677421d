import AssetModel
import Execution
import Glibc
import Planning
import Synchronization
import Terminal
import Testing
import Words

@testable import AssetsCommand

@Suite("progress reporter")
struct ProgressReporterTests {
    init() { signal(SIGPIPE, SIG_IGN) }

    private struct Stop: Error {}

    @Test("frames come with the ticks, lines stand above them, and the end is clean")
    func drawing() async throws {
        let (pipe, clock) = (try Pipe(), ManualTicks())
        let asset = try pin("a:1")
        let reporter = ProgressReporter(
            .tty, ProgressModel(try plan("a:1")), console: Console(output: pipe.writer, error: pipe.writer),
            style: .plain,
            clock: clock.clock)
        let result = await reporter.whileShowing { send in
            await clock.drawn()
            send(.started(asset, objects: 1))
            await clock.tick()
            send(.ended(asset, .fetched))
            return 42
        }
        #expect(result == 42)
        let text = String(decoding: pipe.readAvailable(), as: UTF8.self)
        #expect(text.hasPrefix(firstFrame))
        #expect(text.contains("a:1  ["))
        #expect(text.contains("fetched a:1"))
        #expect(isClean(text))
    }

    @Test("a body that throws leaves a clean terminal and its error")
    func throwing() async throws {
        let (pipe, clock) = (try Pipe(), ManualTicks())
        let reporter = ProgressReporter(
            .tty, ProgressModel(try plan("a:1")), console: Console(output: pipe.writer, error: pipe.writer),
            style: .plain,
            clock: clock.clock)
        await #expect(throws: Stop.self) {
            try await reporter.whileShowing { _ in
                await clock.drawn()
                throw Stop()
            }
        }
        #expect(isClean(String(decoding: pipe.readAvailable(), as: UTF8.self)))
    }

    @Test("a cancelled task's bars are gone before its body has returned")
    func cancelling() async throws {
        let (pipe, clock) = (try Pipe(), ManualTicks())
        let reporter = ProgressReporter(
            .tty, ProgressModel(try plan("a:1")), console: Console(output: pipe.writer, error: pipe.writer),
            style: .plain,
            clock: clock.clock)
        let text = await withTaskGroup(of: String.self) { group in
            group.addTask {
                await reporter.whileShowing { _ in
                    await clock.drawn()
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await pipe.read(until: "\u{1B}[?25h", within: 10_000)
                }
            }
            return await group.next() ?? ""
        }
        #expect(text == firstFrame + "\u{1B}8\u{1B}[?7h" + erasure)
        #expect(pipe.readAvailable() == [])
    }

    @Test("without progress nothing is written, and the body gets its receiver all the same")
    func none() async throws {
        let pipe = try Pipe()
        let asset = try pin("a:1")
        let reporter = ProgressReporter(
            .none, ProgressModel(try plan("a:1")), console: Console(output: pipe.writer, error: pipe.writer),
            style: .plain)
        await reporter.whileShowing { $0(.started(asset, objects: 1)) }
        #expect(pipe.readAvailable() == [])
    }

    @Test("events of many tasks are all told")
    func manyTasks() async throws {
        let pipe = try Pipe()
        let pins = try (0..<200).map { try pin("a/\($0):1") }
        let plan = Plan(steps: try pins.map { try fetchStep($0.description) }, entries: [])
        let reporter = ProgressReporter(
            .json, ProgressModel(plan), console: Console(output: pipe.writer, error: pipe.writer), style: .plain)
        await reporter.whileShowing { send in
            await withTaskGroup(of: Void.self) { group in
                for pin in pins { group.addTask { send(.ended(pin, .fetched)) } }
            }
        }
        let lines = String(decoding: pipe.readAvailable(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 200)
        #expect(Set(lines.map { $0.prefix { $0 != "," } }).count == 200)
    }

    private let firstFrame = "\u{1B}[?25l\u{1B}[?7l\n\u{1B}[1A\u{1B}7\u{1B}[999;1H0/1 assets  0 B"
    private let erasure = "\r\u{1B}[2K\n\u{1B}[J\u{1B}[1A\u{1B}[?25h"

    private func isClean(_ text: String) -> Bool { text.hasSuffix(erasure) || text.hasSuffix("\n") }
}

/// Draws happen when a test says so, and the test knows when they have.
private final class ManualTicks: Sendable {
    private let (ticks, tickSource) = AsyncStream.makeStream(of: Void.self)
    private let (draws, drawSource) = AsyncStream.makeStream(of: Void.self)

    var clock: ProgressClock {
        ProgressClock(now: { 1 }) { [ticks, drawSource] in
            drawSource.yield()
            for await _ in ticks { return }
            throw CancellationError()
        }
    }

    /// Until one more frame was drawn.
    func drawn() async { for await _ in draws { return } }

    func tick() async {
        tickSource.yield()
        await drawn()
    }
}
