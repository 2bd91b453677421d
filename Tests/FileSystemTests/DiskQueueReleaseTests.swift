import FileSystem
import Testing

/// What a call on the disk's threads held is gone when the task that waited for it goes on: an asset's lock, which the next
/// command of the same run takes.
struct DiskQueueReleaseTests {
    private final class Held: Sendable {}

    private struct Traces {
        weak var held: Held?
    }

    @Test func whatACallHeldIsGoneAtItsEnd() async {
        for _ in 0..<20_000 {
            #expect(await traces { held in await DiskQueue.shared.run { withExtendedLifetime(held) {} } }.held == nil)
        }
    }

    @Test func whatACallThatMayBeCancelledHeldIsGoneAtItsEnd() async throws {
        for _ in 0..<20_000 {
            let traces = try await traces { held in
                try await DiskQueue.shared.runUntilCancelled { withExtendedLifetime(held) {} }
            }
            #expect(traces.held == nil)
        }
    }

    private func traces(of use: (Held) async throws -> Void) async rethrows -> Traces {
        let held = Held()
        try await use(held)
        return Traces(held: held)
    }
}
