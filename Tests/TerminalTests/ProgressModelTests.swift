import AssetModel
import Execution
import ObjectStore
import Planning
import Testing
import Words

@testable import AssetsCommand

@Suite("progress model")
struct ProgressModelTests {
    @Test("an asset's total is known once each of its objects is sized")
    func total() throws {
        let asset = try pin("a:1")
        var model = ProgressModel(try plan("a:1"))
        model.apply(.started(asset, objects: 2), at: 0)
        model.apply(.sized(asset, bytes: 10), at: 0)
        #expect(model.fetch(of: asset)?.total == nil)
        #expect(model.total == nil)
        model.apply(.sized(asset, bytes: 30), at: 0)
        #expect(model.fetch(of: asset)?.total == 40)
        #expect(model.total == 40)
    }

    @Test("sizes that a store claims are as large as they like")
    func largestSizes() throws {
        var model = ProgressModel(Plan(steps: [try fetchStep("a:1"), try fetchStep("b:1")], entries: []))
        for asset in [try pin("a:1"), try pin("b:1")] {
            model.apply(.started(asset, objects: 2), at: 0)
            for _ in 0..<2 { model.apply(.sized(asset, bytes: .max), at: 0) }
            model.apply(.received(asset, bytes: .max), at: 1)
            model.apply(.reused(asset, bytes: .max), at: 1)
        }
        #expect(model.total == .max)
        #expect(model.bytes == .max)
        #expect(model.rate(at: 2) == Double(Int64.max))
        model.apply(.ended(try pin("a:1"), .fetched), at: 2)
        #expect(model.bytes == .max)
    }

    @Test("the run's total is not known while an asset has not begun, unless the plan knows its size")
    func runTotal() throws {
        var model = ProgressModel(
            Plan(steps: [try fetchStep("a:1"), try fetchStep("b:1", sizes: [5, 6])], entries: []))
        #expect(model.total == nil)
        model.apply(.started(try pin("a:1"), objects: 1), at: 0)
        model.apply(.sized(try pin("a:1"), bytes: 100), at: 0)
        #expect(model.total == 111)
        model.apply(.started(try pin("b:1"), objects: 2), at: 0)
        #expect(model.total == 111)
    }

    @Test("what is kept is no part of what is to be done, and what another process fetched is")
    func counting() throws {
        let steps = [try keepStep("a:1"), try fetchStep("b:1"), try fetchStep("c:1"), try fetchStep("d:1")]
        var model = ProgressModel(Plan(steps: steps, entries: []))
        #expect(model.assets == 3)
        model.apply(.ended(try pin("a:1"), .present), at: 0)
        #expect(model.tally.all == 0)
        model.apply(.started(try pin("b:1"), objects: 1), at: 0)
        model.apply(.ended(try pin("b:1"), .present), at: 0)
        model.apply(.ended(try pin("c:1"), .failed(.store(unavailable))), at: 0)
        model.apply(.ended(try pin("d:1"), .skipped(because: try pin("c:1"))), at: 0)
        #expect(model.tally.present == 1 && model.tally.failed == 1 && model.tally.skipped == 1)
        #expect(model.tally.all == 3)
        #expect(model.total == 0)
    }

    @Test("bytes of an earlier run count as done and not as a rate")
    func reused() throws {
        var model = ProgressModel(try plan("a:1"))
        let asset = try pin("a:1")
        model.apply(.started(asset, objects: 1), at: 0)
        model.apply(.sized(asset, bytes: 3_000), at: 0)
        model.apply(.reused(asset, bytes: 1_000), at: 0)
        model.apply(.received(asset, bytes: 500), at: 0)
        model.apply(.received(asset, bytes: 500), at: 1)
        #expect(model.bytes == 2_000)
        #expect(model.rate(at: 1) == 1_000)
        #expect(model.timeLeft(at: 1) == 1)
    }

    @Test("a part that arrives twice does not pass the total")
    func twice() throws {
        var model = ProgressModel(try plan("a:1"))
        let asset = try pin("a:1")
        model.apply(.started(asset, objects: 1), at: 0)
        model.apply(.sized(asset, bytes: 100), at: 0)
        model.apply(.received(asset, bytes: 80), at: 0)
        model.apply(.received(asset, bytes: 80), at: 0)
        #expect(model.fetch(of: asset)?.bytes == 100)
        #expect(model.fetch(of: asset)?.isFinishing == true)
    }

    @Test("whatever happens to an asset ends its wait, and the wait begins it")
    func waiting() throws {
        var model = ProgressModel(try plan("a:1"))
        let asset = try pin("a:1")
        let wait = LockWait(path: "/a.lock", holder: nil, limit: 10)
        model.apply(.waiting(asset, wait), at: 2)
        #expect(model.fetch(of: asset)?.wait == wait)
        #expect(model.fetch(of: asset)?.start == 2)
        model.apply(.started(asset, objects: 1), at: 3)
        #expect(model.fetch(of: asset)?.wait == nil)
        #expect(model.fetch(of: asset)?.start == 2)
    }

    @Test("assets stand in the order in which they began")
    func order() throws {
        var model = ProgressModel(try plan("a:1", "b:1", "c:1"))
        for name in ["c:1", "a:1", "b:1"] { model.apply(.started(try pin(name), objects: 1), at: 0) }
        #expect(model.inFlight.map(\.pin.description) == ["c:1", "a:1", "b:1"])
    }

    @Test("the rate is that of the last five seconds, and 0 after a stall of that length")
    func rate() {
        var meter = RateMeter()
        #expect(meter.rate(at: 1) == nil)
        meter.add(1_000, at: 10)
        #expect(meter.rate(at: 10.4) == nil)
        #expect(meter.rate(at: 10.5) == 2_000)
        #expect(meter.rate(at: 12) == 500)
        meter.add(4_000, at: 14)
        #expect(meter.rate(at: 14) == 1_250)
        #expect(meter.rate(at: 16) == 800)
        #expect(meter.rate(at: 19) == 0)
    }
}

let unavailable = StoreError(
    .unavailable, operation: .get, address: "s3://acme-models/nlp/lexicon/2.0", detail: "connection refused")
