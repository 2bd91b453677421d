internal import DequeModule
internal import FileSystem
internal import Synchronization

/// One after the other writes to a file: the kernel lets one writer into it, and others that are there spin for their turn, which
/// cost a tenth of the time of a large object.
///
/// Nobody waits on a thread: a write whose turn it is not is done by whoever had the turn.
///
/// A class because the parts of an object share it.
final class WriteTurns: Sendable {
    typealias Write = @Sendable () throws(FileError) -> Void
    typealias Completion = @Sendable (Result<Void, FileError>) -> Void

    private struct State {
        var isTaken = false
        var waiting: Deque<(write: Write, completion: Completion)> = []
    }

    private let state = Mutex(State())

    /// How many writes of others a thread does before it goes back to its own work: a thread of the disk does the rest.
    private static let mostOfOthers = 32

    /// - Parameter completion: called when it is written, before this returns where the turn was free.
    func perform(_ write: @escaping Write, completion: @escaping Completion) {
        let isFree = state.withLock { state in
            if state.isTaken {
                state.waiting.append((write, completion))
                return false
            }
            state.isTaken = true
            return true
        }
        guard isFree else { return }
        completion(Result(catching: write))
        if doOthers(atMost: Self.mostOfOthers) { DiskQueue.shared.start { _ = self.doOthers(atMost: .max) } }
    }

    /// - Returns: whether there are more of them; the turn is given back where there are not.
    private func doOthers(atMost most: Int) -> Bool {
        for _ in 0..<most {
            let next = state.withLock { state in
                let next = state.waiting.popFirst()
                state.isTaken = next != nil
                return next
            }
            guard let next else { return false }
            next.completion(Result(catching: next.write))
        }
        return true
    }
}
