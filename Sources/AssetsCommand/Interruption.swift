internal import Dispatch
internal import Glibc
internal import Synchronization

/// Turns SIGINT and SIGTERM into the cancellation of what runs.
///
/// A signal that the parent ignores, as `nohup` and a shell's `&` have it, stays ignored. When the body has ended, a signal
/// ends the process as it does any other: who waits for the results may have gone.
///
/// What is asked to stop has `grace` to do so; a second signal, or the end of the grace, ends the process at once,
/// which loses nothing: whatever is in the assets directory at any moment is whole, and staging can be gone on from.
enum Interruption {
    /// Less than the second in which a run has to stop.
    private static let grace = DispatchTimeInterval.milliseconds(700)

    /// Runs the body, and cancels it at the first signal.
    ///
    /// - Parameter lastWords: run before the process is ended the hard way; must not block.
    /// - Returns: what the body does, and the signal that came, if any.
    static func cancelling<Value: Sendable>(
        lastWords: @escaping @Sendable () -> Void, _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, signal: CInt?) {
        let (signals, continuation) = AsyncStream.makeStream(of: CInt.self)
        let watched = [SIGINT, SIGTERM].filter { !isIgnored($0) }
        let sources = watched.map { watch($0, continuation, lastWords) }
        defer {
            for source in sources { source.cancel() }
            for signal in watched { Glibc.signal(signal, SIG_DFL) }
        }
        return await withTaskGroup(of: Ending<Value>.self) { group in
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

    private static func watch(
        _ signal: CInt, _ continuation: AsyncStream<CInt>.Continuation, _ lastWords: @escaping @Sendable () -> Void
    ) -> any DispatchSourceSignal {
        // The source sees the signal although it is ignored; the default action would end the process first.
        Glibc.signal(signal, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: signal)
        let count = Mutex(0)
        source.setEventHandler {
            continuation.yield(signal)
            let end: @Sendable () -> Void = {
                lastWords()
                _exit(128 + signal)
            }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst {
                DispatchQueue.global().asyncAfter(deadline: .now() + grace, execute: end)
            } else {
                end()
            }
        }
        source.resume()
        return source
    }
}
