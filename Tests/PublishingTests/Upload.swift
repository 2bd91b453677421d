import AssetModel
import AssetsTestSupport
import Execution
import ObjectStore
import Synchronization

@testable import Publishing

/// An upload with what it tells.
///
/// A class because a closure adds to it.
final class Upload: Sendable {
    let record = PushRecord()
    private let progress = Mutex<[String]>([])
    private let store: FaultStore
    private let window: Int
    private let isResuming: Bool

    init(to store: FaultStore, window: Int = 4, isResuming: Bool = false) {
        self.store = store
        self.window = window
        self.isResuming = isResuming
    }

    func callAsFunction(_ items: [UploadItem]) async throws -> Int64 {
        let uploader = Uploader(
            store: store, window: window, memory: .none, isResuming: isResuming, record: record,
            progress: { bytes, isReused in
                self.progress.withLock { $0.append(isReused ? "\(bytes) reused" : "\(bytes)") }
            })
        return try await uploader.upload(items)
    }

    /// The sizes of what arrived, sorted.
    var told: [String] { progress.withLock { $0.sorted() } }
}

/// Files with these texts, by the keys that they go to.
func withItems(_ texts: [String: String], _ body: ([UploadItem]) async throws -> Void) async throws {
    try await withTemporaryDirectory { root async throws in
        var items: [UploadItem] = []
        for (number, (key, text)) in texts.sorted(by: { $0.key < $1.key }).enumerated() {
            try write(text, to: "\(root)/\(number)")
            let source = try PushSource(lookingAt: "\(root)/\(number)")
            items += source.files.map { UploadItem(file: $0, key: ObjectKey(key)) }
        }
        try await body(items)
    }
}

/// What a body throws, as words; nil where it throws nothing.
func thrown(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch let error as StoreError {
        return "\(error.kind): \(error.detail.map { "\($0.value)" } ?? "")"
    } catch {
        return "\(error)"
    }
}
