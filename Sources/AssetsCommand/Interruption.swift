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

    private static func isIgnored(_ signal: CInt) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN as __sighandler_t?, to: Int.self)
    }

    private static func reacting<Value>(
        _ reaction: @escaping Reaction, whileRunning body: () async throws -> Value
    ) async rethrows -> Value {
        let isOutermost = reactions.withLock { reactions in
            reactions.append(reaction)
            return reactions.count == 1
        }
        let watched = isOutermost ? [SIGINT, SIGTERM].filter { !isIgnored($0) } : []
        let sources = watched.map(watch)
        defer {
            for source in sources { source.cancel() }
            for signal in watched { Glibc.signal(signal, SIG_DFL) }
            reactions.withLock { _ = $0.popLast() }
        }
        return try await body()
    }

    private static func watch(_ signal: CInt) -> any DispatchSourceSignal {
        // The source sees the signal although it is ignored; the default action would end the process first.
        Glibc.signal(signal, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: signal)
        source.setEventHandler { reactions.withLock(\.last)?(signal) }
        source.resume()
        return source
    }
}
