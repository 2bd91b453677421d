internal import AssetModel
internal import FileSystem
internal import Glibc
package import NIOCore
package import ObjectStore

/// Writes to the folder: each object is made beside the others, below `.modelkit-assets-uploads` which listings leave
/// out, and renamed into place whole.
extension LocalStore: WritableStore {
    static let uploadsFolder = ".modelkit-assets-uploads"

    package func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        let made = try await writing(.put, key) { root throws(FileError) in
            let made = try self.uploads.newFile(in: try root.makeDirectory(Self.uploadsFolder))
            try made.file.append(content)
            try made.file.sync()
            return made
        }
        return try await place(made, .put, key, condition)
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) {
        try await writing(.delete, key) { root throws(FileError) in
            let (parent, last) = splitKey(key)
            try root.directoryIfPresent(parent)?.remove(last)
        }
    }

    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        try await writing(.startUpload, key) { root throws(FileError) in
            let name = try self.uploads.newParts(in: try root.makeDirectory(Self.uploadsFolder))
            return MultipartUpload(key: key, identifier: name, condition: condition)
        }
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        try await writing(.uploadPart(number), upload.key) { root throws(FileError) in
            let file = try parts(of: upload, root).createFile("\(number)", truncate: true)
            try file.append(content)
            return UploadedPart(
                number: number, size: Int64(content.readableBytes), entityTag: "\(number)", evidence: .matches)
        }
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        defer { uploads.end(upload.identifier) }
        let operation = StoreOperation.completeUpload
        let made = try await writing(operation, upload.key) { root throws(FileError) in
            let folder = try self.parts(of: upload, root)
            let made = try self.uploads.newFile(in: try root.makeDirectory(Self.uploadsFolder))
            var offset: Int64 = 0
            for part in parts.sorted(by: { $0.number < $1.number }) {
                let source = try folder.openFile("\(part.number)")
                offset += try made.file.copy(from: source.descriptor, 0..<part.size, to: offset)
            }
            try made.file.sync()
            return made
        }
        let receipt = try await place(made, operation, upload.key, upload.condition)
        try await writing(operation, upload.key) { root throws(FileError) in
            try root.directoryIfPresent(Self.uploadsFolder)?.remove(upload.identifier)
        }
        return receipt
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        try await writing(.abortUpload, upload.key) { root throws(FileError) in
            try root.directoryIfPresent(Self.uploadsFolder)?.remove(upload.identifier)
            self.uploads.end(upload.identifier)
        }
    }

    // MARK: Pieces

    private func parts(of upload: MultipartUpload, _ root: Directory) throws(FileError) -> Directory {
        try root.directory("\(Self.uploadsFolder)/\(upload.identifier)")
    }

    /// Renames a whole file to its key. Writers that set conditions wait for one another.
    private func place(
        _ made: NewFile, _ operation: StoreOperation, _ key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        do throws(StoreError) {
            let lock = condition == .none ? nil : try await lock(operation, key)
            return try await writing(operation, key) { root throws(FileError) in
                defer { withExtendedLifetime(lock) {} }
                let (parent, last) = splitKey(key)
                let folder = try root.makeDirectory(parent)
                let old = try folder.status(of: last).map(Self.entityTag)
                let holds =
                    switch condition {
                    case .none: true
                    case .ifAbsent: old == nil
                    case .ifUnchanged(let tag): old == tag
                    }
                guard holds else { throw FileError(path: "\(folder.path)/\(last)", attempt: .put, code: EEXIST) }
                try made.place(as: last, in: folder)
                // What is listed later must not be lost with the power when this is.
                try sync(parent, below: root)
                return WriteReceipt(entityTag: Self.entityTag(try made.file.status()), evidence: .matches)
            }
        } catch {
            // Where it cannot be removed either, the first fault is the one to tell.
            await DiskQueue.shared.run { try? made.remove() }
            throw error
        }
    }

    /// The folder, and those that lead to it, which may be new: their entries are durable after it.
    private func sync(_ parent: String, below root: Directory) throws(FileError) {
        var folder = root
        try folder.sync()
        for component in PathText.components(of: parent) {
            folder = try folder.directory(String(component))
            try folder.sync()
        }
    }

    /// How often a held lock is tried.
    private static let lockInterval = Duration.milliseconds(5)

    /// Waits for the lock of those that set conditions, without holding up a thread.
    private func lock(_ operation: StoreOperation, _ key: ObjectKey) async throws(StoreError) -> File {
        let end = ContinuousClock.now + lockPatience
        while true {
            let lock: File? = try await writing(operation, key) { root throws(FileError) in
                let file = try root.makeDirectory(Self.uploadsFolder).createFile("lock")
                return try file.tryLock() ? file : nil
            }
            if let lock { return lock }
            var isInterrupted = false
            if ContinuousClock.now < end {
                do {
                    try await Task.sleep(for: Self.lockInterval)
                    continue
                } catch {
                    isInterrupted = true
                }
            }
            throw StoreError(
                .unavailable, operation: operation, address: address(of: key),
                detail: LocalDetail.isLocked(by: "\(root)/\(Self.uploadsFolder)/lock", isInterrupted: isInterrupted))
        }
    }

    private func splitKey(_ key: ObjectKey) -> (parent: String, last: String) {
        let components = PathText.components(of: key.text)
        return (components.dropLast().joined(separator: "/"), components.last.map(String.init) ?? "")
    }

    private func writing<Value: Sendable>(
        _ operation: StoreOperation, _ key: ObjectKey,
        _ body: @escaping @Sendable (Directory) throws(FileError) -> Value
    ) async throws(StoreError) -> Value {
        let path = try path(of: key, operation: operation)
        return try await DiskQueue.shared.run { () throws(StoreError) in
            do throws(FileError) {
                return try body(try Directory.open(name))
            } catch {
                if error.isExisting {
                    throw StoreError(
                        .changed, operation: operation, address: path, detail: LocalDetail.preconditionFailed)
                }
                throw Self.error(error, operation: operation, address: path)
            }
        }
    }
}

extension File {
    fileprivate func append(_ content: ByteBuffer) throws(FileError) {
        var result: Result<Void, FileError> = .success(())
        content.withUnsafeReadableBytes { bytes in
            do throws(FileError) { try write(bytes, at: 0) } catch { result = .failure(error) }
        }
        try result.get()
    }
}
