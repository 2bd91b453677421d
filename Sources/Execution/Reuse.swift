internal import AssetModel
internal import Synchronization

/// What a run did not ask the store for.
package struct Reuse: Sendable, Hashable {
    /// Of the shared cache.
    package var cachedObjects = 0
    package var cachedBytes: Int64 = 0
    /// Files of assets that were repaired, which stood there as they should.
    package var keptObjects = 0
    package var keptBytes: Int64 = 0
    /// What earlier runs left in staging.
    package var resumedBytes: Int64 = 0

    package init() {}
}

/// Counts it as assets are opened.
///
/// A class because assets are opened at the same time.
final class ReuseCount: Sendable {
    private struct State {
        var reuse = Reuse()
        /// An asset whose lock was given back is opened again, with what this run fetched.
        var seen: Set<AssetPin> = []
    }

    private let state = Mutex(State())

    var all: Reuse { state.withLock { $0.reuse } }

    /// - Parameter progress: of its objects, as an earlier run left them.
    func opened(_ pin: AssetPin, _ progress: [ObjectProgress?]) {
        state.withLock { state in
            guard state.seen.insert(pin).inserted else { return }
            let bytes = ByteSum.of(progress.compactMap { $0?.doneBytes })
            state.reuse.resumedBytes = ByteSum.adding(state.reuse.resumedBytes, bytes)
        }
    }

    /// - Parameters: the progress of an asset's objects before and after the cache was asked.
    func filled(_ before: [ObjectProgress?], _ after: [ObjectProgress?]) {
        let found = Self.found(before, after)
        state.withLock { state in
            state.reuse.cachedObjects += found.count
            state.reuse.cachedBytes = ByteSum.adding(state.reuse.cachedBytes, ByteSum.of(found))
        }
    }

    /// The same of what stood at the asset's place.
    func stood(_ before: [ObjectProgress?], _ after: [ObjectProgress?]) {
        let found = Self.found(before, after)
        state.withLock { state in
            state.reuse.keptObjects += found.count
            state.reuse.keptBytes = ByteSum.adding(state.reuse.keptBytes, ByteSum.of(found))
        }
    }

    private static func found(_ before: [ObjectProgress?], _ after: [ObjectProgress?]) -> [Int64] {
        zip(before, after).compactMap { $0 == nil ? $1?.size : nil }
    }
}
