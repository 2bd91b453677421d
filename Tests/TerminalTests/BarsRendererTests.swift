import AssetModel
import Execution
import Planning
import Testing
import Words

@testable import AssetsCommand
@testable import Terminal

@Suite("bars")
struct BarsRendererTests {
    @Test("a run looks well at every width", arguments: [20, 40, 60, 80, 200])
    func golden(columns: Int) throws {
        let run = try busyRun()
        let frame = run.renderer.frame(run.moment, in: TerminalSize(columns: columns, rows: 24))
        try expectGolden((run.lines + frame).map { $0 + "\n" }.joined(), "bars-\(columns).txt")
    }

    @Test("no line reaches the last column, at any width", arguments: 3...220)
    func fits(columns: Int) throws {
        let run = try busyRun()
        let frame = run.renderer.frame(run.moment, in: TerminalSize(columns: columns, rows: 24))
        #expect(frame.allSatisfy { TextWidth.cells($0) < columns })
        #expect(frame.count == run.moment.model.inFlight.count + 1)
    }

    @Test(
        "more than eight bars, or than half the rows are enough for, are counted",
        arguments: [
            (24, 8, "… and 12 more"), (13, 4, "… and 16 more"), (2, 1, "… and 19 more"),
        ])
    func many(rows: Int, bars: Int, last: String) throws {
        let names = (0..<20).map { "nlp/part-\($0):1.0" }
        var run = Rehearsal(
            BarsRenderer(style: .plain), Plan(steps: try names.map { try fetchStep($0) }, entries: []))
        for name in names { run.say(.started(try pin(name), objects: 1), at: 0) }
        let frame = run.renderer.frame(run.moment, in: TerminalSize(columns: 80, rows: rows))
        #expect(frame.count == bars + 2)
        #expect(frame[bars] == last)
        #expect(frame[bars + 1] == "0/20 assets  0 B")
    }

    @Test("assets that move stand before those that wait, and these before those that finish")
    func order() throws {
        var run = Rehearsal(BarsRenderer(style: .plain), try plan("a:1", "b:1", "c:1"))
        run.say(.started(try pin("a:1"), objects: 1), at: 0)
        run.say(.sized(try pin("a:1"), bytes: 5), at: 0)
        run.say(.received(try pin("a:1"), bytes: 5), at: 0)
        run.say(.waiting(try pin("b:1"), LockWait(path: "/b", holder: nil, limit: 10)), at: 0)
        run.say(.started(try pin("c:1"), objects: 1), at: 0)
        let frame = run.renderer.frame(run.moment, in: .standard)
        #expect(frame.map { $0.prefix(3) } == ["c:1", "b:1", "a:1", "0/3"])
    }

    @Test("a large run says of each failure, up to a bound, and of nothing else")
    func largeRun() throws {
        let names = (0..<60).map { "a/\($0):1" }
        var run = Rehearsal(
            BarsRenderer(style: .plain), Plan(steps: try names.map { try fetchStep($0) }, entries: []))
        for name in names.prefix(30) { run.say(.ended(try pin(name), .fetched), at: 1) }
        #expect(run.lines == [])
        for name in names.suffix(30) { run.say(.ended(try pin(name), .failed(.store(unavailable))), at: 1) }
        #expect(run.lines.count == BarsRenderer.announcedLimit)
        #expect(run.lines.first?.hasPrefix("failed a/30:1: cannot get") == true)
    }

    @Test("colour adds sequences and moves nothing")
    func color() throws {
        let plain = try busyRun()
        let colored = try busyRun(style: Style(isOn: true))
        let size = TerminalSize(columns: 80, rows: 24)
        let frames = (plain.renderer.frame(plain.moment, in: size), colored.renderer.frame(colored.moment, in: size))
        #expect(frames.0 != frames.1)
        #expect(frames.1.map(withoutColor) == frames.0)
    }

    private func withoutColor(_ line: String) -> String {
        var text = line
        for code in ["0", "1", "2", "31", "32", "33", "36"] { text = text.replacing("\u{1B}[\(code)m", with: "") }
        return text
    }

    /// One asset of every state.
    private func busyRun(style: Style = .plain) throws -> Rehearsal<BarsRenderer> {
        let names = [
            "nlp/tokenizer:1.4", "nlp/lexicon:2.0", "vision/weights:2.7", "a/b:1",
            "nlp/classifier-multilingual-large:3.1",
        ]
        let steps = try names.map { try fetchStep($0) } + [try fetchStep("vision/locked:1.0", sizes: [900_000_000])]
        var run = Rehearsal(BarsRenderer(style: style), Plan(steps: steps, entries: []))
        for name in names { run.say(.started(try pin(name), objects: 1), at: 0) }
        run.say(.sized(try pin(names[0]), bytes: 2_100_000), at: 0)
        run.say(.received(try pin(names[0]), bytes: 2_100_000), at: 1)
        run.say(.ended(try pin(names[0]), .fetched), at: 1.2)
        run.say(.sized(try pin(names[1]), bytes: 34_100_000), at: 1)
        run.say(.received(try pin(names[1]), bytes: 14_200_000), at: 2)
        run.say(.sized(try pin(names[2]), bytes: 2_100_000_000), at: 1)
        run.say(.received(try pin(names[2]), bytes: 203_800_000), at: 3)
        run.say(.sized(try pin(names[3]), bytes: 7), at: 3)
        run.say(.received(try pin(names[3]), bytes: 7), at: 3)
        run.say(.sized(try pin(names[4]), bytes: 500_000_000), at: 3)
        let wait = LockWait(path: "/l/vision/locked.lock", holder: "process 4711 (python3 serve.py)", limit: 10)
        run.say(.waiting(try pin("vision/locked:1.0"), wait), at: 3)
        return run
    }
}

@Suite("live region")
struct LiveRegionTests {
    private let erasure = "\r\u{1B}[2K\n\u{1B}[J\u{1B}[1A\u{1B}[?25h"

    @Test("a frame is drawn in the last rows, replaced in place and taken away, and the cursor comes back")
    func sequences() {
        var region = LiveRegion()
        let two = "\n\n\u{1B}[2A\u{1B}7\u{1B}[999;1H\u{1B}[1Aone\ntwo\u{1B}8"
        #expect(region.replace(with: ["one", "two"]) == "\u{1B}[?25l\u{1B}[?7l\(two)\u{1B}[?7h")
        let one = "\n\u{1B}[1A\u{1B}7\u{1B}[999;1Hthree\u{1B}8"
        #expect(
            region.replace(with: ["three"], above: ["done"])
                == "\(erasure)done\n\u{1B}[?25l\u{1B}[?7l\(one)\u{1B}[?7h")
        #expect(region.replace(with: []) == erasure)
        #expect(region.replace(with: [], above: ["end"]) == "end\n")
    }
}
