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
    /// Of what is read and not yet sent, in bytes.
    private static let budget = 64 << 20

    /// Uploads each file to its key.
    ///
    /// - Parameter condition: of every key.
    /// - Returns: how many bytes were there before.
    /// - Throws: `StoreError`, `.changed` where the condition does not hold; `FileError`; `SourceChanged`.
    func upload(
        _ files: [(file: PushFile, key: ObjectKey)], _ condition: PutCondition
    ) async throws -> Int64 {
        let budget = ByteBudget(Self.budget)
        return try await withThrowingTaskGroup(of: Int64.self) { group in
            var reused: Int64 = 0
            for (index, item) in files.enumerated() {
                if index >= window { reused += try await group.next() ?? 0 }
                group.addTask { try await upload(item.file, to: item.key, condition, budget) }
            }
            for try await bytes in group { reused += bytes }
            return reused
        }
    }

    private func upload(
        _ push: PushFile, to key: ObjectKey, _ condition: PutCondition, _ budget: ByteBudget
    ) async throws -> Int64 {
        let file = try await DiskQueue.shared.run { () throws(FileError) in try File.openForReading(push.place) }
        let size = push.status.size
        var reused: Int64 = 0
        if isResuming, try await isThere(file, size, key) {
            progress(size, true)
            reused = size
        } else if size <= Self.largestWhole {
            try await budget.holding(Int(size), fill: { try await read(file, 0..<size, into: $0) }) { content in
                _ = try await store.put(key, content, condition)
            }
            progress(size, false)
        } else {
            reused = try await uploadParts(of: file, size, to: key, condition, budget)
        }
        // What arrived is what was read before only where nobody wrote to it meanwhile.
        guard try await DiskQueue.shared.run({ () throws(FileError) in try file.status() }) == push.status else {
            throw SourceChanged(place: push.place)
        }
        return reused
    }

    /// Whether the store has this content at the key, by the checksum that it tells.
    private func isThere(_ file: File, _ size: Int64, _ key: ObjectKey) async throws -> Bool {
        guard let attributes = try await store.headIfPresent(key), attributes.size == size,
            let checksum = attributes.checksum
        else { return false }
        return try await DiskQueue.shared.run { () throws(FileError) in try file.has(checksum) }
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
            return parts.reduce(0) { $0 + ($1.isReused ? $1.size : 0) }
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
