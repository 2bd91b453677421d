internal import StoreTransport
internal import Synchronization
internal import Terminal
internal import Words

/// What a run waits for that the store has to do: answers that have not begun, and requests that are sent again.
///
/// A class because requests on many tasks tell it.
final class Waits: Sendable {
    private struct State {
        /// Those whose answers have not begun, by their numbers.
        var pending: [Int: SentRequest] = [:]
        var isNetworkUsed = false
        var retries = 0
        var last: (reason: String, until: ContinuousClock.Instant)?
    }

    /// How long an answer may take before it is worth a word: life is shown within a second.
    static let patience = Duration.milliseconds(700)
    /// How long a retry is shown after it was sent.
    private static let echo = 2.0

    private let state = Mutex(State())

    /// Whether any request was sent.
    var isNetworkUsed: Bool { state.withLock { $0.isNetworkUsed } }

    /// How many requests were sent again.
    var retries: Int { state.withLock { $0.retries } }

    func note(_ event: RequestEvent) {
        switch event {
        case .sent(let request):
            state.withLock { state in
                state.pending[request.number] = request
                state.isNetworkUsed = true
            }
        case .answered(let request): state.withLock { $0.pending[request.number] = nil }
        case .ended, .failed: break
        }
    }

    func note(_ notice: RetryNotice) {
        let until = ContinuousClock.now + .seconds(notice.pause + Self.echo)
        state.withLock { state in
            state.retries += 1
            state.last = (notice.reason.cause.words, until)
        }
    }

    /// `waiting for 127.0.0.1:9000 (3.2s), 2 retries: no answer within 5 seconds`; nil where nothing is waited for.
    func words(at now: ContinuousClock.Instant = .now) -> String? {
        let (oldest, retries, last) = state.withLock { state in
            (state.pending.values.min { $0.start < $1.start }, state.retries, state.last)
        }
        let wait = oldest.map { ($0.host, now - $0.start) }.flatMap { $0.1 >= Self.patience ? $0 : nil }
        let waiting = wait.map { "waiting for \($0.0) (\(Units.duration($0.1 / .seconds(1))))" }
        let isRetrying = last.map { $0.until > now || wait != nil } ?? false
        let count = retries == 1 ? "1 retry" : "\(retries) retries"
        let retrying = isRetrying ? last.map { "\(count): \($0.reason)" } : nil
        let words = [waiting, retrying].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: ", ").escapedForTerminal
    }
}
