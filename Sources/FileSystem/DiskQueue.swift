internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The one thread pool for calls that block on a disk, so that none of them holds up the tasks.
package struct DiskQueue: Sendable {
    private let pool: NIOThreadPool

    /// The pool of the process. Its threads start with the first call and end with the process.
    package static let shared = DiskQueue()

    /// How many calls run at the same time.
    package static let threads = threads(processors: System.coreCount)
    /// How many of them may compute all the while, such as digests, where others go on beside them: a thread a processor,
    /// and the other threads are left to calls that wait for the disk.
    package static let computingThreads = threads / 2

    /// Two for each processor: one computes while the other waits for the disk. At least 4, so that a slow disk has
    /// something to order, and at most 64, which hash faster than memory is read. `CStartup.c` counts on it.
    ///
    /// - Parameter processors: those that the process may use.
    static func threads(processors: Int) -> Int { min(max(4, 2 * processors), 64) }

    private init() {
        pool = NIOThreadPool(numberOfThreads: Self.threads)
        pool.start()
    }

    /// Runs the body on a thread of the pool.
    package func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let call = OneCall(body)
        let result = await withCheckedContinuation { continuation in
            // The state says whether the pool was shut down, which this one never is.
            pool.submit { _ in continuation.resume(returning: call.run()) }
        }
        return try result.get()
    }

    /// Runs the body on a thread of the pool, at some time.
    package func start(_ body: @escaping @Sendable () -> Void) { pool.submit { _ in body() } }

    /// Runs the body on a thread of the pool, and waits for it no longer than until the task is cancelled.
    ///
    /// For a call that may take long and cannot be stopped, such as a sync: it goes on, and nobody hears of its end.
    ///
    /// - Throws: what the body throws, or `CancellationError`.
    package func runUntilCancelled<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws
        -> Value
    {
        let (waiter, call) = (Waiter<Value>(), OneCall(body))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiter.wait(continuation)
                pool.submit { _ in waiter.end(call.run()) }
            }
        } onCancel: {
            waiter.end(.failure(CancellationError()))
        }
    }
}

/// A body that runs once, and lets go of all that it holds before its end is told: a lock that goes with it is free when the
/// task that waited goes on, though the thread of the pool has not let go of its work yet.
///
/// A class because the thread and the task hold it at once.
private final class OneCall<Value: Sendable, Failure: Error>: Sendable {
    private let body: Mutex<(@Sendable () throws(Failure) -> Value)?>

    init(_ body: @escaping @Sendable () throws(Failure) -> Value) { self.body = Mutex(body) }

    func run() -> Result<Value, Failure> {
        // The pool was given it in one place, and runs what it is given once.
        guard let body = body.withLock({ $0.take() }) else { preconditionFailure("a body runs once") }
        do {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }
}

/// A continuation that is resumed by whichever end comes first, the body's or the task's.
///
/// A class because the two hold it at once.
private final class Waiter<Value: Sendable>: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Value, any Error>)
        case ended(Result<Value, any Error>?)
    }

    private let state = Mutex(State.new)

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        let early: Result<Value, any Error>? = state.withLock { state in
            guard case .ended(let result) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .ended(nil)
            return result
        }
        if let early { continuation.resume(with: early) }
    }

    func end(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .new:
                state = .ended(result)
                return nil
            case .waiting(let continuation):
                state = .ended(nil)
                return continuation
            case .ended: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
