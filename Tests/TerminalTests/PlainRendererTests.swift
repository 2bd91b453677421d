import AssetModel
import Execution
import Planning
import Terminal
import Testing
import Words

@testable import AssetsCommand

@Suite("plain progress")
struct PlainRendererTests {
    @Test("a run reads well in a log")
    func golden() throws {
        let steps = [
            try fetchStep("nlp/lexicon:2.0"), try fetchStep("vision/weights:2.7", sizes: [2_100_000_000]),
            try fetchStep("nlp/bad:1.0"), try fetchStep("nlp/needs-bad:1.0"), try fetchStep("nlp/locked:1.0"),
        ]
        var run = Rehearsal(PlainRenderer(), Plan(steps: steps, entries: []))
        run.say(.started(try pin("nlp/lexicon:2.0"), objects: 12), at: 0)
        run.say(.started(try pin("vision/weights:2.7"), objects: 1), at: 0)
        run.say(.received(try pin("nlp/lexicon:2.0"), bytes: 34_100_000), at: 1)
        run.say(.ended(try pin("nlp/lexicon:2.0"), .fetched), at: 1.2)
        run.say(.ended(try pin("nlp/bad:1.0"), .failed(.store(unavailable))), at: 2)
        run.say(.ended(try pin("nlp/needs-bad:1.0"), .skipped(because: try pin("nlp/bad:1.0"))), at: 2)
        let wait = LockWait(path: "/l", holder: "process 4711 (python3\u{1B}[2J serve.py)", limit: 600)
        run.say(.waiting(try pin("nlp/locked:1.0"), wait), at: 3)
        for second in stride(from: 4.0, through: 3700, by: 1) {
            run.say(.received(try pin("vision/weights:2.7"), bytes: 500_000), at: second)
            run.tick(at: second)
        }
        run.say(.ended(try pin("vision/weights:2.7"), .fetched), at: 3700)
        try expectGolden(run.text, "plain.txt")
    }

    @Test("two thousand assets stay within the budget, and the log says that it leaves lines out")
    func many() throws {
        let run = try largeRun(outcome: .fetched)
        #expect(run.text.utf8.count <= PlainRenderer.limit)
        try expectGolden(run.text, "plain-2000.txt")
    }

    @Test("long messages, waits and heartbeats without end stay within the budget")
    func budget() throws {
        let address = "s3://acme/" + String(repeating: "語", count: 800)
        let failure = ExecutionFailure.digest(
            DigestMismatch(address: address, expected: "a", actual: "b", recorder: .store))
        var run = try largeRun(outcome: .failed(failure))
        run.say(.started(try pin("slow:1"), objects: 1), at: 0)
        for hour in 1...20_000 { run.tick(at: Double(hour) * 3600) }
        #expect(run.text.utf8.count <= PlainRenderer.limit)
        #expect(run.text.utf8.count > PlainRenderer.detailLimit)
        #expect(run.lines.allSatisfy { TextWidth.cells($0) <= PlainRenderer.lineLimit })
    }

    @Test("an asset that is not in flight for ten seconds causes no heartbeat")
    func quiet() throws {
        var run = Rehearsal(PlainRenderer(), try plan("a:1"))
        run.say(.started(try pin("a:1"), objects: 1), at: 5)
        run.tick(at: 14.9)
        #expect(run.lines.count == 1)
        run.tick(at: 15)
        #expect(run.lines.count == 2)
    }

    @Test("no control character ever")
    func controls() throws {
        let wait = LockWait(path: "/l", holder: "a\u{1B}[31m\nb", limit: 10)
        let failure = ExecutionFailure.size(address: "s3://\r\u{9B}x", expected: 1, actual: 2, recorder: .lock)
        var run = Rehearsal(PlainRenderer(), try plan("a:1"))
        run.say(.waiting(try pin("a:1"), wait), at: 0)
        run.say(.ended(try pin("a:1"), .failed(failure)), at: 0)
        #expect(run.lines.count == 2)
        #expect(run.lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } })
    }

    private func largeRun(outcome: AssetOutcome) throws -> Rehearsal<PlainRenderer> {
        let names = (0..<2_000).map { "nlp/lexicon-\($0):1.0" }
        let steps = try names.map { try fetchStep($0) }
        var run = Rehearsal(PlainRenderer(), Plan(steps: steps, entries: []))
        for (index, name) in names.enumerated() {
            let time = Double(index) / 10
            run.say(.started(try pin(name), objects: 3), at: time)
            run.say(.sized(try pin(name), bytes: 65_536), at: time)
            run.say(.received(try pin(name), bytes: 65_536), at: time)
            run.say(.ended(try pin(name), outcome), at: time)
            run.tick(at: time)
        }
        return run
    }
}
