import FileSystem
import Synchronization
import Testing

@testable import Execution

@Suite("Turns to write to a file") struct WriteTurnsTests {
    /// What is being written, and what was. A class because threads share it.
    private final class Record: Sendable {
        struct State {
            var isWriting = false
            var overlaps = 0
            var done: Set<Int> = []
        }

        let state = Mutex(State())

        func write(_ number: Int) {
            state.withLock { state in
                state.overlaps += state.isWriting ? 1 : 0
                state.isWriting = true
            }
            for _ in 0..<100 { _ = state.withLock { $0.done.count } }
            state.withLock { state in
                state.isWriting = false
                state.done.insert(number)
            }
        }
    }

    @Test("of many who write at once each is done, one at a time") func allAreDone() async throws {
        let (turns, record) = (WriteTurns(), Record())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1000 {
                group.addTask { try await turns.perform { () throws(FileError) in record.write(number) } }
            }
            try await group.waitForAll()
        }
        let state = record.state.withLock { $0 }
        #expect(state.overlaps == 0)
        #expect(state.done == Set(0..<1000))
    }

    @Test("a write that comes while another is done is left to whoever does that") func leftToTheOther() async throws {
        let (turns, record) = (WriteTurns(), Record())
        let order = Mutex<[String]>([])
        let last: FileError = try await withCheckedThrowingContinuation { continuation in
            turns.perform { () throws(FileError) in
                turns.perform { () throws(FileError) in
                    order.withLock { $0.append("second") }
                    throw FileError(path: "a", attempt: .writeTo, code: 28)
                } completion: { result in
                    if case .failure(let error) = result { continuation.resume(returning: error) }
                }
                record.write(1)
                order.withLock { $0.append("first") }
            } completion: { _ in
                order.withLock { $0.append("told") }
            }
        }
        #expect(order.withLock { $0 } == ["first", "told", "second"])
        #expect(last == FileError(path: "a", attempt: .writeTo, code: 28))
        // The turn is free again.
        try await turns.perform { () throws(FileError) in record.write(2) }
    }

    @Test("more than a thread does for others are done by a thread of the disk") func many() async throws {
        let (turns, record) = (WriteTurns(), Record())
        await withCheckedContinuation { continuation in
            turns.perform { () throws(FileError) in
                for number in 1...100 {
                    turns.perform { () throws(FileError) in
                        record.write(number)
                    } completion: { _ in
                        if number == 100 { continuation.resume() }
                    }
                }
            } completion: { _ in
            }
        }
        #expect(record.state.withLock { $0.done } == Set(1...100))
    }
}

extension WriteTurns {
    fileprivate func perform(_ write: @escaping Write) async throws(FileError) {
        let result = await withCheckedContinuation { continuation in
            perform(write) { continuation.resume(returning: $0) }
        }
        try result.get()
    }
}
