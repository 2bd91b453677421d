internal import Synchronization

/// Counts what arrives, between one tick and the next.
///
/// A class because all transfers of a run write to it.
final class TransferMeter: Sendable {
    private struct Counts {
        var bytes: Int64 = 0
        var answers = 0
        /// From the requests to the first bytes of their answers, in seconds.
        var waits = 0.0
    }

    private struct State {
        var counts = Counts()
        var last = ContinuousClock.now
        /// Of the run, in bytes.
        var total: Int64 = 0
        /// How often the store has asked to slow down.
        var slowDowns = 0
    }

    private let state = Mutex(State())

    /// An answer began.
    ///
    /// - Parameter wait: since it was asked for, in seconds.
    func answered(after wait: Double) {
        state.withLock { state in
            state.counts.answers += 1
            state.counts.waits += wait
        }
    }

    func received(_ bytes: Int) { state.withLock { $0.counts.bytes += Int64(bytes) } }

    /// All bytes of the run until the last tick.
    var total: Int64 { state.withLock { $0.total } }

    /// What was counted since the last time.
    ///
    /// - Parameter slowDowns: how often the store has asked to slow down, in all.
    func take(slowDowns: Int) -> ConcurrencyController.Sample {
        state.withLock { state in
            let (now, counts) = (ContinuousClock.now, state.counts)
            defer {
                state.counts = Counts()
                state.last = now
                state.slowDowns = slowDowns
                state.total += counts.bytes
            }
            return ConcurrencyController.Sample(
                seconds: max((now - state.last) / .seconds(1), 0.001), bytes: counts.bytes, inFlight: 0,
                isThrottled: slowDowns > state.slowDowns, answers: counts.answers,
                wait: counts.answers > 0 ? counts.waits / Double(counts.answers) : nil)
        }
    }
}
