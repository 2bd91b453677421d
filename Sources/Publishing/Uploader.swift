internal import AssetModel
internal import Execution
internal import FileSystem
internal import NIOCore
internal import ObjectStore

/// A file, and where it goes.
struct UploadItem: Sendable {
    let file: PushFile
    let key: ObjectKey
}

/// Uploads files: small ones in one request, large ones in parts, many at the same time. No file is open for longer than a piece
/// of it is read.
///
/// An object that is there is never replaced. What the store says that it has is compared with what was sent.
struct Uploader: Sendable {
    let store: any WritableStore
    /// How many files are uploaded at the same time.
    let window: Int
    let memory: MemoryLimit
    /// Whether an earlier push of the same content, which did not end, may have left objects and parts.
    let isResuming: Bool
    /// Told what is made.
    let record: PushRecord
    /// Told the size of everything that arrived, in bytes, and whether it was there before.
    let progress: @Sendable (Int64, _ isReused: Bool) -> Void

    /// In bytes: what is larger goes in parts.
    private static let largestWhole: Int64 = 8 << 20
    private static let partSize: Int64 = 8 << 20
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
    private static let mostParts: Int64 = 10_000
    /// How often an object is sent that the store did not take, and does not have.
    private static let attempts = 5
    /// Of what is read and not yet sent, in bytes; less where there is little memory.
    private static let mostMemory: Int64 = 64 << 20

    /// Uploads each file to its key.
    ///
    /// - Returns: how many bytes were there before.
    /// - Throws: `StoreError`, `.changed` where there is other content; `PublishError.notKept`; `FileError`; `SourceChanged`.
    func upload(_ items: [UploadItem]) async throws -> Int64 {
        let budget = ByteBudget(Int(memory.ofUploads(most: Self.mostMemory)))
        return try await withThrowingTaskGroup(of: Int64.self) { group in
            var reused: Int64 = 0
            for (index, item) in items.enumerated() {
                if index >= window { reused = ByteSum.adding(reused, try await group.next() ?? 0) }
                group.addTask { try await upload(item, budget) }
            }
            for try await bytes in group { reused = ByteSum.adding(reused, bytes) }
            return reused
        }
    }

    private func upload(_ item: UploadItem, _ budget: ByteBudget) async throws -> Int64 {
        if isResuming, try await isThere(item) {
            progress(item.size, true)
            return item.size
        }
        // A request whose answer was lost has made it, or a push of the same content that took the claim over; and S3 says the
        // same (409) where it had two requests at once and did neither.
        for _ in 1..<Self.attempts {
            do {
                return try await send(item, budget)
            } catch let error as StoreError where error.kind == .changed || error.kind == .invalidAnswer {
                if error.kind == .invalidAnswer {
                    // Where something strange answers, what is there is not another push's: the strange answer is the fault.
                    guard (try? await isThere(item)) == true else { throw error }
                    return 0
                }
                if try await isThere(item) { return 0 }
            }
        }
        return try await send(item, budget)
    }

    /// - Throws: `.changed` where something else is there.
    private func isThere(_ item: UploadItem) async throws -> Bool {
        guard let found = try await store.headIfPresent(item.key) else { return false }
        guard found.size == item.size, try await has(item, found) else {
            throw StoreError(
                .changed, operation: .put, address: store.address(of: item.key),
                detail: ObjectDetail.existsWithOtherContent)
        }
        return true
    }

    private func send(_ item: UploadItem, _ budget: ByteBudget) async throws -> Int64 {
        guard item.size <= Self.largestWhole else { return try await uploadParts(of: item, budget) }
        let receipt = try await budget.holding(Int(item.size), fill: { try await item.read(0..<item.size, into: $0) }) {
            try await store.put(item.key, $0, .ifAbsent)
        }
        progress(item.size, false)
        try await confirm(receipt, item)
        return 0
    }

    // MARK: What is there

    /// Asks for what the answer to a write did not tell.
    private func confirm(_ receipt: WriteReceipt, _ item: UploadItem) async throws {
        await record.made(item.key, receipt.entityTag)
        let isKept =
            switch receipt.evidence {
            case .matches: true
            case .differs: try await readsTheSame(item)
            case .none: try await looksTheSame(item)
            }
        guard isKept else { throw PublishError.notKept(store.address(of: item.key)) }
    }

    /// By the size and the checksum that the store tells of the object. Encrypted with a key of KMS, and without a checksum, it has
    /// its size alone: then the store compared what it was sent with the MD5 that came with it.
    private func looksTheSame(_ item: UploadItem) async throws -> Bool {
        guard let found = try await store.headIfPresent(item.key), found.size == item.size else { return false }
        return found.checksum == nil ? true : try await has(item, found)
    }

    /// By the checksum that the store tells of an object of the same size, or by reading it.
    private func has(_ item: UploadItem, _ found: ObjectAttributes) async throws -> Bool {
        if let checksum = found.checksum, try await item.isWhole({ file throws(FileError) in try file.has(checksum) }) {
            return true
        }
        // Nothing can be told from the checksum of a store whose entity tags look like an MD5 and are none.
        return try await readsTheSame(item)
    }

    private func readsTheSame(_ item: UploadItem) async throws -> Bool {
        guard let found = try await store.headIfPresent(item.key), found.size == item.size else { return false }
        let stored = try await FileDigest(ofObject: item.key, in: store)
        return try await item.isWhole { file throws(FileError) in try FileDigest(of: file).sha256 == stored.sha256 }
    }

    // MARK: Parts

    private func uploadParts(of item: UploadItem, _ budget: ByteBudget) async throws -> Int64 {
        let (size, key) = (item.size, item.key)
        var partSize = Self.partSize
        while size / partSize >= Self.mostParts { partSize *= 2 }
        let ranges = stride(from: 0, to: size, by: Int64.Stride(partSize)).map { start in
            start..<min(ByteSum.adding(start, partSize), size)
        }
        // Who may upload may not be allowed to look for uploads: then all is sent.
        let unfinished = isResuming ? try? await store.unfinishedUpload(of: key, .ifAbsent) : nil
        if let unfinished, let parts = try await finish(unfinished, of: item, ranges, budget) {
            return ByteSum.of(parts.lazy.filter(\.isReused).map(\.size))
        }
        let upload = try await store.startUpload(of: key, .ifAbsent)
        guard try await finish(upload, of: item, ranges, budget) != nil else {
            throw StoreError(
                .changed, operation: .completeUpload, address: store.address(of: key),
                detail: ObjectDetail.uploadIsGone)
        }
        return 0
    }

    /// - Returns: nil where the store has forgotten the upload.
    private func finish(
        _ upload: MultipartUpload, of item: UploadItem, _ ranges: [Range<Int64>], _ budget: ByteBudget
    ) async throws -> [UploadedPart]? {
        do {
            let parts = try await send(ranges, of: item, in: upload, budget)
            let receipt = try await store.completeUpload(upload, parts)
            try await confirm(receipt, item)
            return parts
        } catch {
            let fault = (error as? StoreError)?.kind
            if fault == .notFound { return nil }
            // Parts cost storage for as long as they are there: they stay for the same push, run again, alone. Where they
            // cannot be given up, a bucket's rules remove them.
            let isResumable = error is CancellationError || Task.isCancelled || fault == .unavailable
            if !isResumable { await Task { try? await store.abortUpload(upload) }.value }
            throw error
        }
    }

    private func send(
        _ ranges: [Range<Int64>], of item: UploadItem, in upload: MultipartUpload, _ budget: ByteBudget
    ) async throws -> [UploadedPart] {
        let atOnce = store.takesPartsInAnyOrder ? ranges.count : 1
        return try await withThrowingTaskGroup(of: UploadedPart.self) { group in
            var parts: [UploadedPart] = []
            for (index, range) in ranges.enumerated() {
                if index >= atOnce, let part = try await group.next() { parts.append(part) }
                group.addTask {
                    try await budget.holding(range.count, fill: { try await item.read(range, into: $0) }) { content in
                        let part = try await store.uploadPart(index + 1, of: upload, content)
                        progress(Int64(range.count), part.isReused)
                        return part
                    }
                }
            }
            for try await part in group { parts.append(part) }
            return parts
        }
    }
}

extension UploadItem {
    /// In bytes.
    fileprivate var size: Int64 { file.status.size }

    /// What the file is asked, where it is still what it was.
    fileprivate func isWhole(_ body: @escaping @Sendable (File) throws(FileError) -> Bool) async throws -> Bool {
        try await DiskQueue.shared.run { try file.read(body) }
    }

    fileprivate func read(_ range: Range<Int64>, into empty: ByteBuffer) async throws -> ByteBuffer {
        try await DiskQueue.shared.run {
            try file.read { opened throws(FileError) in
                var buffer = empty
                var result: Result<Int, FileError> = .success(0)
                buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { bytes in
                    let space = UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(range.count))
                    do throws(FileError) {
                        let count = try opened.read(into: space, at: range.lowerBound)
                        result = .success(count)
                        return count
                    } catch {
                        result = .failure(error)
                        return 0
                    }
                }
                _ = try result.get()
                return buffer
            }
        }
    }
}

/// A file was written to while it was pushed.
package struct SourceChanged: Error, Sendable {
    package let place: String
}
