internal import AssetModel
internal import Execution
internal import FileSystem
internal import NIOCore
internal import ObjectStore

/// Uploads files: small ones in one request, large ones in parts, many at the same time.
struct Uploader: Sendable {
    let store: any WritableStore
    /// How many files are uploaded at the same time.
    let window: Int
    /// Whether an earlier push of the same content, which did not end, may have left parts.
    let isResuming: Bool
    /// Told the size of everything that arrived, in bytes, and whether it was there before.
    let progress: @Sendable (Int64, _ isReused: Bool) -> Void

    /// In bytes: what is larger goes in parts.
    private static let largestWhole: Int64 = 8 << 20
    private static let partSize: Int64 = 8 << 20
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
    private static let mostParts: Int64 = 10_000
    /// How often an object is sent whose condition does not hold.
    private static let attempts = 5
    /// Of what is read and not yet sent, in bytes.
    private static let budget = 64 << 20

    /// Uploads each file to its key.
    ///
    /// - Returns: how many bytes were there before.
    /// - Throws: `StoreError`, `.changed` where somebody else has written other content; `FileError`; `SourceChanged`.
    func upload(_ files: [(file: PushFile, key: ObjectKey)]) async throws -> Int64 {
        let budget = ByteBudget(Self.budget)
        return try await withThrowingTaskGroup(of: Int64.self) { group in
            var reused: Int64 = 0
            for (index, item) in files.enumerated() {
                if index >= window { reused += try await group.next() ?? 0 }
                group.addTask { try await upload(item.file, to: item.key, budget) }
            }
            for try await bytes in group { reused += bytes }
            return reused
        }
    }

    private func upload(_ push: PushFile, to key: ObjectKey, _ budget: ByteBudget) async throws -> Int64 {
        let file = try await DiskQueue.shared.run { () throws(FileError) in try File.openForReading(push.place) }
        let size = push.status.size
        var reused: Int64 = 0
        if let condition = isResuming ? try await condition(of: file, size, key) : .ifAbsent {
            reused = try await send(file, size, to: key, condition, budget)
        } else {
            progress(size, true)
            reused = size
        }
        // What arrived is what was read before only where nobody wrote to it meanwhile.
        guard try await DiskQueue.shared.run({ () throws(FileError) in try file.status() }) == push.status else {
            throw SourceChanged(place: push.place)
        }
        return reused
    }

    /// Under which condition a file may be written to a key without harm to another's; nil where its content is there.
    private func condition(of file: File, _ size: Int64, _ key: ObjectKey) async throws -> PutCondition? {
        guard let found = try await store.headIfPresent(key) else { return .ifAbsent }
        if found.size == size, try await isThere(file, found, key) { return nil }
        return found.entityTag.map(PutCondition.ifUnchanged) ?? PutCondition.none
    }

    /// Sends a file. A condition that does not hold may be due to a request whose answer was lost, or to a push of the same
    /// content; S3 says the same (409) where it had two requests at once and did neither.
    private func send(
        _ file: File, _ size: Int64, to key: ObjectKey, _ first: PutCondition, _ budget: ByteBudget
    ) async throws -> Int64 {
        var condition = first
        for attempt in 1... {
            do {
                return try await sendOnce(file, size, to: key, condition, budget)
            } catch let error as StoreError where error.kind == .changed && attempt < Self.attempts {
                guard let next = try await self.condition(of: file, size, key) else { return 0 }
                guard isResuming || next == .ifAbsent else { throw error }
                condition = next
            }
        }
        return 0
    }

    private func sendOnce(
        _ file: File, _ size: Int64, to key: ObjectKey, _ condition: PutCondition, _ budget: ByteBudget
    ) async throws -> Int64 {
        guard size <= Self.largestWhole else {
            return try await uploadParts(of: file, size, to: key, condition, budget)
        }
        try await budget.holding(Int(size), fill: { try await read(file, 0..<size, into: $0) }) { content in
            _ = try await store.put(key, content, condition)
        }
        progress(size, false)
        return 0
    }

    /// Whether an object of the same size has the file's content: by the checksum that the store tells, or by reading it.
    private func isThere(_ file: File, _ found: ObjectAttributes, _ key: ObjectKey) async throws -> Bool {
        if let checksum = found.checksum {
            return try await DiskQueue.shared.run { () throws(FileError) in try file.has(checksum) }
        }
        let stored = try await FileDigest(ofObject: key, in: store)
        let local = try await DiskQueue.shared.run { () throws(FileError) in try FileDigest(of: file) }
        return stored.sha256 == local.sha256
    }

    private func uploadParts(
        of file: File, _ size: Int64, to key: ObjectKey, _ condition: PutCondition, _ budget: ByteBudget
    ) async throws -> Int64 {
        var partSize = Self.partSize
        while (size + partSize - 1) / partSize > Self.mostParts { partSize *= 2 }
        let ranges = stride(from: 0, to: size, by: Int64.Stride(partSize)).map { $0..<min($0 + partSize, size) }
        // Who may upload may not be allowed to look for uploads.
        let unfinished = isResuming ? try? await store.unfinishedUpload(of: key, condition) : nil
        if let unfinished, let parts = try await finish(unfinished, of: file, ranges, budget) {
            return ByteSum.of(parts.lazy.filter(\.isReused).map(\.size))
        }
        let upload = try await store.startUpload(of: key, condition)
        guard try await finish(upload, of: file, ranges, budget) != nil else {
            throw StoreError(
                .changed, operation: "complete the upload of", address: store.address(of: key),
                detail: "the store has forgotten the upload")
        }
        return 0
    }

    /// - Returns: nil where the store has forgotten the upload.
    private func finish(
        _ upload: MultipartUpload, of file: File, _ ranges: [Range<Int64>], _ budget: ByteBudget
    ) async throws -> [UploadedPart]? {
        do {
            let atOnce = store.takesPartsInAnyOrder ? ranges.count : 1
            let parts = try await withThrowingTaskGroup(of: UploadedPart.self) { group in
                var parts: [UploadedPart] = []
                for (index, range) in ranges.enumerated() {
                    if index >= atOnce, let part = try await group.next() { parts.append(part) }
                    group.addTask {
                        try await budget.holding(range.count, fill: { try await read(file, range, into: $0) }) {
                            content in
                            let part = try await store.uploadPart(index + 1, of: upload, content)
                            progress(Int64(range.count), part.isReused)
                            return part
                        }
                    }
                }
                for try await part in group { parts.append(part) }
                return parts
            }
            _ = try await store.completeUpload(upload, parts)
            return parts
        } catch {
            let fault = (error as? StoreError)?.kind
            if fault == .notFound { return nil }
            // Parts cost storage for as long as they are there: they stay for the same push, run again, alone.
            let isResumable = error is CancellationError || Task.isCancelled || fault == .unavailable
            if !isResumable { await Task { try? await store.abortUpload(upload) }.value }
            throw error
        }
    }

    private func read(_ file: File, _ range: Range<Int64>, into empty: ByteBuffer) async throws -> ByteBuffer {
        try await DiskQueue.shared.run { () throws(FileError) in
            var buffer = empty
            var result: Result<Int, FileError> = .success(0)
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { bytes in
                let space = UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(range.count))
                do throws(FileError) {
                    let count = try file.read(into: space, at: range.lowerBound)
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

/// A file was written to while it was pushed.
package struct SourceChanged: Error, Sendable {
    package let place: String
}
