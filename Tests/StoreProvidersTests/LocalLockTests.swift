import AssetModel
import AssetsTestSupport
import FileSystem
import NIOCore
import ObjectStore
import StoreProviders
import Testing

/// Writers that set conditions wait for one another, and hold up nothing else.
@Suite struct LocalLockTests {
    @Test func holdsUpNoThreadWhileItWaits() async throws {
        try await withTemporaryDirectory { path async throws in
            let store = try LocalStore(path: path, lockPatience: .seconds(600))
            let lock = try heldLock(of: path)
            // Many more than the disk has threads.
            let faults = await withTaskGroup(of: StoreError?.self) { group in
                for number in 0..<16 { group.addTask { await fault(putting: "object-\(number)", store) } }
                for _ in 0..<100 { await DiskQueue.shared.run {} }
                lock.unlock()
                var faults: [StoreError] = []
                for await fault in group { faults += [fault].compactMap(\.self) }
                return faults
            }
            #expect(faults == [])
        }
    }

    @Test func waitsNoLongerThanItMay() async throws {
        try await withTemporaryDirectory { path async throws in
            let store = try LocalStore(path: path, lockPatience: .milliseconds(50))
            let lock = try heldLock(of: path)
            let fault = await fault(putting: "object", store)
            #expect(fault?.kind == .unavailable)
            let lockPath = "\(path)/.modelkit-assets-uploads/lock"
            #expect(fault?.detail == AnyErrorDetail(LocalDetail.isLocked(by: lockPath, isInterrupted: false)))
            #expect(try Directory.open(path).directory(".modelkit-assets-uploads").entries() == ["lock"])
            withExtendedLifetime(lock) {}
        }
    }

    @Test func stopsWaitingWhenItIsCancelled() async throws {
        try await withTemporaryDirectory { path async throws in
            let store = try LocalStore(path: path, lockPatience: .seconds(600))
            let lock = try heldLock(of: path)
            let start = ContinuousClock.now
            let writing = Task { await fault(putting: "object", store) }
            writing.cancel()
            #expect(await writing.value?.kind == .unavailable)
            #expect(ContinuousClock.now - start < .seconds(300))
            withExtendedLifetime(lock) {}
        }
    }

    private func heldLock(of path: String) throws -> File {
        let lock = try Directory.open(path).makeDirectory(".modelkit-assets-uploads").createFile("lock")
        #expect(try lock.tryLock())
        return lock
    }

    private func fault(putting key: String, _ store: LocalStore) async -> StoreError? {
        do throws(StoreError) {
            _ = try await store.put(ObjectKey(key), ByteBuffer(string: "content"), .ifAbsent)
            return nil
        } catch {
            return error
        }
    }
}
