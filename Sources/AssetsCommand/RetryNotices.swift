internal import StoreTransport
internal import Synchronization
internal import Terminal
internal import Words

extension Shell {
    /// How long something is tried before it is told of, and how much time is between two such lines, in seconds: what
    /// passes is told of at the end, and a store that fails for all is told of once.
    private static let patience = 0.7
    private static let pause = 5.0

    /// What is sent again, told as it happens to whoever wants progress; and with `-vv` each request.
    func retryLog() -> RetryLog {
        guard options.progress != .none else { return RetryLog(requests: requestWatch(), tell: waits.note) }
        let lastTold = Mutex<ContinuousClock.Instant?>(nil)
        return RetryLog(requests: requestWatch()) { notice in
            waits.note(notice)
            // A terminal shows it below the bars.
            guard options.progress != .tty, notice.elapsed >= Self.patience else { return }
            let now = ContinuousClock.now
            let isDue = lastTold.withLock { last in
                if let last, now - last < .seconds(Self.pause) { return false }
                last = now
                return true
            }
            guard isDue else { return }
            let isJSON = options.progress == .json
            let line = isJSON ? JSONDiagnostics.note(notice.words) : notice.words.escapedForTerminal
            console.showProgress([line].compactMap(\.self))
        }
    }
}

extension Shell {
    private func requestWatch() -> RequestWatch {
        RequestWatch(followsBodies: options.tellsRequests) { event in
            waits.note(event)
            if options.tellsRequests, let line = event.line { remark(line) }
        }
    }
}

extension RequestEvent {
    /// `GET 127.0.0.1:9000/models/nlp/lexicon.versions 200 38ms 1.2 kB`; nil while it is under way.
    fileprivate var line: String? {
        switch self {
        case .sent, .answered: nil
        case .ended(let request, let status, let bytes):
            "\(request.words) \(status) \(request.milliseconds)ms \(Units.bytes(bytes))"
        case .failed(let request, let failure):
            "\(request.words) \(failure.detail.words.escapedForTerminal) \(request.milliseconds)ms"
        }
    }
}

extension SentRequest {
    fileprivate var words: String { "\(method) \(host)\((path ?? "").escapedForTerminal)" }
    fileprivate var milliseconds: Int { Int((ContinuousClock.now - start) / .milliseconds(1)) }
}
