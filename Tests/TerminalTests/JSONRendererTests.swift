import AssetModel
import Execution
import Planning
import Testing
import Words

@testable import AssetsCommand

@Suite("JSON progress")
struct JSONRendererTests {
    @Test("an event a line, with the keys of the schema")
    func golden() throws {
        var run = Rehearsal(JSONRenderer(), try plan("a:1", "b:1", "c:1", "d:1"))
        run.say(.waiting(try pin("a:1"), LockWait(path: "/l/a", holder: nil, limit: 2.5)), at: 0)
        run.say(.waiting(try pin("a:1"), LockWait(path: "/l/a", holder: "process 1 (x)", limit: 2.5)), at: 0.1)
        run.say(.started(try pin("a:1"), objects: 1), at: 0.1234567)
        run.say(.received(try pin("a:1"), bytes: 10), at: 1)
        run.tick(at: 1.2)
        run.say(.sized(try pin("a:1"), bytes: 100), at: 2)
        run.say(.reused(try pin("a:1"), bytes: 20), at: 2)
        run.tick(at: 2.2)
        run.say(.ended(try pin("a:1"), .fetched), at: 3)
        run.say(.ended(try pin("b:1"), .failed(.store(unavailable))), at: 3)
        run.say(.ended(try pin("c:1"), .skipped(because: try pin("b:1"))), at: 3)
        run.say(.ended(try pin("d:1"), .interrupted), at: 3)
        try expectGolden(run.text, "progress.jsonl")
    }

    @Test("bytes are told at most once a second for each asset, and only when there are more")
    func throttle() throws {
        var run = Rehearsal(JSONRenderer(), try plan("a:1", "b:1"))
        for name in ["a:1", "b:1"] { run.say(.started(try pin(name), objects: 1), at: 0) }
        for tenth in 1...100 {
            run.say(.received(try pin("a:1"), bytes: 1), at: Double(tenth) / 10)
            run.tick(at: Double(tenth) / 10)
        }
        for tenth in 101...200 { run.tick(at: Double(tenth) / 10) }
        #expect(run.lines.count == 2 + 10)
    }
}
