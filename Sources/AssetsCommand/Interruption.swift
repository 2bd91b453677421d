internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Turns SIGINT and SIGTERM into the cancellation of what runs, or into last words.
///
/// A signal that the parent ignores, as `nohup` and a shell's `&` have it, stays ignored. When the body has ended, a signal
/// ends the process as it does any other: who waits for the results may have gone.
///
/// What is asked to stop has `grace` to do so; a second signal, or the end of the grace, ends the process at once,
/// which loses nothing: whatever is in the assets directory at any moment is whole, and staging can be gone on from.
enum Interruption {
    /// Less than the second in which a run has to stop.
    private static let grace = DispatchTimeInterval.milliseconds(700)

    /// Must not begin or end another.
    typealias Reaction = @Sendable (CInt) -> Void

    /// Who reacts to a signal: the innermost of those that want to.
    private static let reactions = Mutex<[Reaction]>([])

    /// Runs the body, and cancels it at the first signal.
    ///
    /// - Parameter lastWords: run with the signal before the process is ended the hard way; must not block.
    /// - Returns: what the body does, and the signal that came, if any.
    static func cancelling<Value: Sendable>(
        lastWords: @escaping Reaction, _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, signal: CInt?) {
        let (signals, continuation) = AsyncStream.makeStream(of: CInt.self)
        let count = Mutex(0)
        let end = ending(after: lastWords)
        return await reacting { signal in
            continuation.yield(signal)
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if !isFirst { return end(signal) }
            DispatchQueue.global().asyncAfter(deadline: .now() + grace) { end(signal) }
        } whileRunning: {
            await ended(by: signals, body)
        }
    }

    /// Runs the body; a signal ends the process after the last words.
    static func ending<Value>(after lastWords: @escaping Reaction, _ body: () async throws -> Value) async rethrows
        -> Value
    {
        try await reacting(ending(after: lastWords), whileRunning: body)
    }

    private static func ending(after lastWords: @escaping Reaction) -> Reaction {
        { signal in
            lastWords(signal)
            _exit(128 + signal)
        }
    }

    private static func ended<Value: Sendable>(
        by signals: AsyncStream<CInt>, _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, signal: CInt?) {
        await withTaskGroup(of: Ending<Value>.self) { group in
            group.addTask { .body(await body()) }
            group.addTask { .signal(await signals.first { _ in true }) }
            var signal: CInt?
            while let ending = await group.next() {
                group.cancelAll()
                switch ending {
                case .body(let value): return (value, signal)
                case .signal(let number): signal = number
                }
            }
            // The body's task always ends with a value, and is waited for.
            preconditionFailure("the body's task ended without a value")
        }
    }

    private enum Ending<Value: Sendable>: Sendable {
        case body(Value)
        case signal(CInt?)
    }

    private static func reacting<Value>(
        _ reaction: @escaping Reaction, whileRunning body: () async throws -> Value
    ) async rethrows -> Value {
        let isOutermost = reactions.withLock { reactions in
            reactions.append(reaction)
            return reactions.count == 1
        }
        // Under the lock: where a reaction ends the process, nobody goes on to something that has one of its own.
        let watch = isOutermost ? SignalWatch { signal in reactions.withLock { $0.last?(signal) } } : nil
        defer {
            watch?.end()
            reactions.withLock { _ = $0.popLast() }
        }
        return try await body()
    }
}

/// Tells of SIGINT and SIGTERM, unless the parent has them ignored.
private struct SignalWatch {
    private let signals: [CInt]
    private let pipe: CInt
    private let source: any DispatchSourceRead

    /// From its return on, no signal is lost: what comes before anybody reads waits in a pipe. Nil where there can be none; signals
    /// end the process then as they do any other.
    init?(tell: @escaping @Sendable (CInt) -> Void) {
        let pipe = clinux_signal_pipe()
        guard pipe >= 0 else { return nil }
        signals = [SIGINT, SIGTERM].filter { !Self.isIgnored($0) && clinux_watch_signal($0) == 0 }
        self.pipe = pipe
        source = DispatchSource.makeReadSource(fileDescriptor: pipe)
        source.setEventHandler {
            while let signal = Self.next(in: pipe) { tell(signal) }
        }
        source.resume()
    }

    /// Signals end the process again; one that nobody was told of does now.
    func end() {
        for number in signals { signal(number, SIG_DFL) }
        source.cancel()
        if let missed = Self.next(in: pipe) { raise(missed) }
    }

    private static func next(in pipe: CInt) -> CInt? {
        var byte: UInt8 = 0
        return read(pipe, &byte, 1) == 1 ? CInt(byte) : nil
    }

    private static func isIgnored(_ signal: CInt) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN as __sighandler_t?, to: Int.self)
    }
}
