internal import Execution
internal import FileSystem
internal import NIOCore
internal import ObjectStore

/// Uploads files: small ones in one request, large ones in parts, many at the same time.
struct Uploader: Sendable {
    let store: any WritableStore
    /// How many files are uploaded at the same time.
    let window: Int
    /// Told the size of everything that arrived, in bytes.
    let progress: @Sendable (Int64) -> Void

    /// In bytes: what is larger goes in parts.
    private static let largestWhole: Int64 = 8 << 20
    private static let partSize: Int64 = 16 << 20
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
    private static let mostParts: Int64 = 10_000
    /// Of what is read and not yet sent, in bytes.
    private static let budget = 64 << 20

    /// Uploads each file to its key.
    ///
    /// - Parameter condition: of every key.
    /// - Throws: `StoreError`, `.changed` where the condition does not hold; `FileError`; `SourceChanged`.
    func upload(_ files: [(file: PushFile, key: ObjectKey)], _ condition: PutCondition) async throws {
        let budget = ByteBudget(Self.budget)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, item) in files.enumerated() {
                if index >= window { try await group.next() }
                group.addTask { try await upload(item.file, to: item.key, condition, budget) }
            }
            try await group.waitForAll()
        }
    }

    private func upload(
        _ push: PushFile, to key: ObjectKey, _ condition: PutCondition, _ budget: ByteBudget
    ) async throws {
        let file = try await DiskQueue.shared.run { () throws(FileError) in try File.openForReading(push.place) }
        let size = push.digest.size
        if size <= Self.largestWhole {
            try await budget.holding(Int(size)) {
                _ = try await store.put(key, try await read(file, 0..<size), condition)
            }
            progress(size)
        } else {
            try await uploadParts(of: file, size, to: key, condition, budget)
        }
        // What arrived is what was read before only where nobody wrote to it meanwhile.
        guard try await DiskQueue.shared.run({ () throws(FileError) in try file.status() }) == push.status else {
            throw SourceChanged(place: push.place)
        }
    }

    private func uploadParts(
        of file: File, _ size: Int64, to key: ObjectKey, _ condition: PutCondition, _ budget: ByteBudget
    ) async throws {
        var partSize = Self.partSize
        while (size + partSize - 1) / partSize > Self.mostParts { partSize *= 2 }
        let ranges = stride(from: 0, to: size, by: Int64.Stride(partSize)).map { $0..<min($0 + partSize, size) }
        let upload = try await store.startUpload(of: key, condition)
        do {
            let atOnce = store.takesPartsInAnyOrder ? ranges.count : 1
            let parts = try await withThrowingTaskGroup(of: UploadedPart.self) { group in
                var parts: [UploadedPart] = []
                for (index, range) in ranges.enumerated() {
                    if index >= atOnce, let part = try await group.next() { parts.append(part) }
                    group.addTask {
                        try await budget.holding(range.count) {
                            let content = try await read(file, range)
                            let part = try await store.uploadPart(index + 1, of: upload, content)
                            progress(Int64(range.count))
                            return part
                        }
                    }
                }
                for try await part in group { parts.append(part) }
                return parts
            }
            _ = try await store.completeUpload(upload, parts)
        } catch {
            // It costs storage for as long as it is there. Where it cannot be forgotten, the first error counts.
            await Task { try? await store.abortUpload(upload) }.value
            throw error
        }
    }

    private func read(_ file: File, _ range: Range<Int64>) async throws -> ByteBuffer {
        try await DiskQueue.shared.run { () throws(FileError) in
            var buffer = ByteBuffer()
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
