internal import DequeModule
internal import Synchronization

/// Lets fewer requests through at a time after the store asked to slow down, and gradually more again.
///
/// Open until the first such answer. Each halves what may be under way, once for all the requests that were under way at
/// the time; each request that succeeds opens it by a fraction of a place, so that as many as are under way open it by
/// one (additive increase, multiplicative decrease). From the first on, a pace limits how many are sent a second; where that is
/// what the store wants, no more is halved.
///
/// A class because all requests share it.
final class RequestGate: Sendable {
    fileprivate struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    fileprivate struct State {
        /// Nil: open.
        var limit: Double?
        var underWay = 0
        /// Numbers requests, so that an answer tells whether its request began after the store last asked.
        var count = 0
        var slowedAt = 0
        var halvings = 0
        /// In the order in which they came, by which they are let through.
        var waiting: Deque<Waiter> = []
        var pace = RequestPace()
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())
    /// At this many the gate is open again.
    private let window: Int

    init(window: Int) { self.window = window }

    /// A request under way; ends when it is said to, or with the last reference to it.
    final class Pass: Sendable {
        fileprivate let gate: RequestGate
        fileprivate let number: Int
        private let hasEnded = Mutex(false)

        fileprivate init(gate: RequestGate, number: Int) {
            self.gate = gate
            self.number = number
        }

        deinit { end() }

        /// Gives the place back: before a wait, and before another request for the same object.
        func end() {
            let isFirst = hasEnded.withLock { hasEnded in
                defer { hasEnded = true }
                return !hasEnded
            }
            if isFirst { gate.leave() }
        }

        func succeeded() { gate.succeeded() }

        func toldToSlowDown() { gate.slowDown(number) }
    }

    /// How often it halved what may be under way.
    var halvings: Int { state.withLock { $0.halvings } }

    /// Waits for a place, and for the time at which the pace lets it be used.
    func enter() async -> Pass {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    // A request of a task that has ended is let through: it fails at once.
                    if state.cancelled.remove(number) != nil || state.hasPlace {
                        state.underWay += 1
                        return true
                    }
                    state.waiting.append(Waiter(number: number, continuation: continuation))
                    return false
                }
                if isFree { continuation.resume() }
            }
        } onCancel: {
            cancel(number)
        }
        let pass = Pass(gate: self, number: number)
        let delay = state.withLock { $0.pace.rate == nil ? 0 : $0.pace.delay(at: ContinuousClock.uptime) }
        if delay > 0 { await WaitingTime(seconds: delay).sleep() }
        return pass
    }

    /// Takes a place that may be one too many: for a request that another one with a place waits for.
    func enterAtOnce() -> Pass {
        let number = state.withLock { state in
            state.count += 1
            state.underWay += 1
            return state.count
        }
        return Pass(gate: self, number: number)
    }

    private func cancel(_ number: Int) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                if state.limit != nil { state.cancelled.insert(number) }
                return nil
            }
            state.underWay += 1
            return state.waiting.remove(at: place).continuation
        }
        continuation?.resume()
    }

    private func leave() {
        let next = state.withLock { state in
            state.underWay -= 1
            return state.admit()
        }
        for continuation in next { continuation.resume() }
    }

    private func succeeded() {
        let next = state.withLock { state in
            state.pace.succeeded(at: ContinuousClock.uptime)
            guard let limit = state.limit else { return [CheckedContinuation<Void, Never>]() }
            state.limit = limit + 1 / limit >= Double(window) ? nil : limit + 1 / limit
            return state.admit()
        }
        for continuation in next { continuation.resume() }
    }

    private func slowDown(_ number: Int) {
        state.withLock { state in
            guard number > state.slowedAt else { return }
            state.slowedAt = state.count
            guard !state.pace.slowDown(at: ContinuousClock.uptime) else { return }
            state.limit = max(1, (min(state.limit ?? .infinity, Double(max(state.underWay, 1))) / 2).rounded(.down))
            state.halvings += 1
        }
    }
}

extension RequestGate.State {
    fileprivate var hasPlace: Bool { limit.map { Double(underWay) < $0.rounded(.down) } ?? true }

    fileprivate mutating func admit() -> [CheckedContinuation<Void, Never>] {
        var admitted: [CheckedContinuation<Void, Never>] = []
        while hasPlace, !waiting.isEmpty {
            underWay += 1
            admitted.append(waiting.removeFirst().continuation)
        }
        return admitted
    }
}
