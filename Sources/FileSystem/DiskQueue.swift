internal import NIOPosix

/// The one thread pool for calls that block on a disk, so that none of them holds up the tasks.
package struct DiskQueue: Sendable {
    private let pool: NIOThreadPool

    /// The pool of the process. Its threads start with the first call and end with the process.
    package static let shared = DiskQueue()

    private init() {
        pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
    }

    /// Runs the body on a thread of the pool.
    package func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation { continuation in
            // The state says whether the pool was shut down, which this one never is.
            pool.submit { _ in continuation.resume(returning: Self.result(of: body)) }
        }
        return try result.get()
    }

    private static func result<Value, Failure: Error>(of body: () throws(Failure) -> Value) -> Result<Value, Failure> {
        do {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }
}
