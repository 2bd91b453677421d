import Testing

@testable import StoreTransport

/// In virtual time.
@Suite struct RequestPaceTests {
    /// A store that serves so many requests a second, and a tenth of that at once; answers take `wait` seconds.
    private struct Store {
        let rate: Double
        let wait: Double
        var tokens: Double
        var filledAt = 0.0

        init(rate: Double, wait: Double) {
            (self.rate, self.wait) = (rate, wait)
            tokens = rate / 10
        }

        mutating func serves(at now: Double) -> Bool {
            tokens = min(rate / 10, tokens + (now - filledAt) * rate)
            filledAt = now
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    private struct Outcome {
        var seconds = 0.0
        var refusals = 0
    }

    /// Fetches so many objects, so many at a time; what is refused is sent again a little later.
    private func run(_ store: inout Store, objects: Int, places: Int, _ pace: inout RequestPace) -> Outcome {
        var outcome = Outcome()
        var random = Xorshift(seed: 7)
        var (numbers, slowedAt) = (0, 0)
        // When each place is free, and whether the answer then was one of a request that was served.
        var answers = [(time: Double, number: Int?, isServed: Bool)](repeating: (0, nil, false), count: places)
        var missing = objects
        while missing > 0, let index = answers.indices.min(by: { answers[$0].time < answers[$1].time }) {
            let (now, number, isServed) = answers[index]
            var pause = 0.0
            if let number {
                if isServed {
                    pace.succeeded(at: now)
                    missing -= 1
                } else {
                    outcome.refusals += 1
                    pause = 0.2 * random.fraction()
                    if number > slowedAt {
                        slowedAt = numbers
                        _ = pace.slowDown(at: now)
                    }
                }
            }
            outcome.seconds = now
            numbers += 1
            // Requests are asked for in the order of time here; one that pauses first is asked for a little early.
            let start = now + pause + pace.delay(at: now + pause)
            answers[index] = (start + store.wait, numbers, store.serves(at: start))
        }
        return outcome
    }

    @Test(
        "where a store serves so many a second, that is what it gets, and few are refused",
        arguments: [100.0, 500, 2000], [0.001, 0.03, 0.15])
    func findsTheRate(_ rate: Double, _ wait: Double) {
        // What the number at a time gives is enough.
        let places = Int(rate * wait * 1.5) + 10
        var store = Store(rate: rate, wait: wait)
        var pace = RequestPace()
        let objects = Int(rate) * 4
        let outcome = run(&store, objects: objects, places: places, &pace)
        let least = (Double(objects) - rate / 10) / rate + wait
        #expect(outcome.seconds < 1.15 * least + 0.2, "\(outcome)")
        #expect(outcome.refusals < objects / 10, "\(outcome)")
    }

    @Test("a store that asked once, and serves any number, gets any number within ten seconds")
    func opensAgain() {
        var pace = RequestPace()
        for moment in 0..<100 { pace.succeeded(at: Double(moment) / 100) }
        expect(pace.slowDown(at: 1), false)
        #expect(pace.rate.map { (90...100).contains($0) } == true)
        var now = 1.0
        while pace.rate != nil, now < 20 {
            now += pace.delay(at: now)
            pace.succeeded(at: now)
        }
        #expect(now < 11)
        expect(pace.delay(at: now), 0)
    }

    @Test("where nothing was served, nothing tells at which pace it would be")
    func knowsNothingAtFirst() {
        var pace = RequestPace()
        expect(pace.slowDown(at: 1), false)
        #expect(pace.rate == nil)
        expect(pace.delay(at: 1), 0)
    }

    @Test("what is refused beside much that is served is a matter of the pace, what is refused beside little is not")
    func tellsTroubleFromPace() {
        var pace = RequestPace()
        for moment in 0..<200 { pace.succeeded(at: Double(moment) / 200) }
        expect(pace.slowDown(at: 1), false)
        for moment in 0..<190 { pace.succeeded(at: 1 + Double(moment) / 190) }
        expect(pace.slowDown(at: 2), true)
        #expect(pace.rate.map { (170...200).contains($0) } == true)
        for moment in 0..<40 { pace.succeeded(at: 2 + Double(moment) / 40) }
        expect(pace.slowDown(at: 3), false)
        #expect(pace.rate.map { (30...40).contains($0) } == true)
        // A minute without an answer: it is slow, and goes on.
        expect(pace.slowDown(at: 63), false)
        #expect(pace.rate.map { $0 >= 20 } == true)
    }

    /// Of what changes the pace, which `#expect` does not take.
    private func expect<Value: Equatable>(
        _ value: Value, _ expected: Value, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(value == expected, sourceLocation: location)
    }

    private struct Xorshift {
        var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func fraction() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) / Double(1 << 53)
        }
    }
}
