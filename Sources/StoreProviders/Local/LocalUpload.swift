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
    ) async throws(StoreError) -> ObjectAttributes {
        try await writing("put", key) { root throws(FileError) in
            let uploads = try root.makeDirectory(Self.uploadsFolder)
            let new = try self.uploads.newFile(in: uploads)
            let (name, file) = (new.name, new.file)
            try file.append(content)
            return try place(name, in: uploads, root, file, key, condition)
        }
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) {
        try await writing("delete", key) { root throws(FileError) in
            let (parent, last) = splitKey(key)
            try root.directoryIfPresent(parent)?.remove(last)
        }
    }

    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        try await writing("start an upload of", key) { root throws(FileError) in
            let name = try uploads.newParts(in: try root.makeDirectory(Self.uploadsFolder))
            return MultipartUpload(key: key, identifier: name, condition: condition)
        }
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        try await writing("upload part \(number) of", upload.key) { root throws(FileError) in
            let file = try parts(of: upload, root).createFile("\(number)", truncate: true)
            try file.append(content)
            return UploadedPart(number: number, size: Int64(content.readableBytes), entityTag: "\(number)")
        }
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> ObjectAttributes {
        try await writing("complete the upload of", upload.key) { root throws(FileError) in
            defer { self.uploads.end(upload.identifier) }
            let folder = try self.parts(of: upload, root)
            let uploads = try root.makeDirectory(Self.uploadsFolder)
            let new = try self.uploads.newFile(in: uploads)
            let (name, file) = (new.name, new.file)
            var offset: Int64 = 0
            for part in parts.sorted(by: { $0.number < $1.number }) {
                let source = try folder.openFile("\(part.number)")
                offset += try file.copy(from: source.descriptor, 0..<part.size, to: offset)
            }
            let attributes = try place(name, in: uploads, root, file, upload.key, upload.condition)
            try uploads.remove(upload.identifier)
            return attributes
        }
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        try await writing("abort the upload of", upload.key) { root throws(FileError) in
            try root.directoryIfPresent(Self.uploadsFolder)?.remove(upload.identifier)
            uploads.end(upload.identifier)
        }
    }

    // MARK: Pieces

    private func parts(of upload: MultipartUpload, _ root: Directory) throws(FileError) -> Directory {
        try root.directory("\(Self.uploadsFolder)/\(upload.identifier)")
    }

    /// Renames a whole file to its key. Writers that set conditions wait for one another.
    private func place(
        _ name: String, in uploads: Directory, _ root: Directory, _ file: File, _ key: ObjectKey,
        _ condition: PutCondition
    ) throws(FileError) -> ObjectAttributes {
        try file.sync()
        let (parent, last) = splitKey(key)
        let folder = try root.makeDirectory(parent)
        let lock = condition == .none ? nil : try lock(uploads)
        defer { withExtendedLifetime(lock) {} }
        let old = try folder.status(of: last).map(Self.entityTag)
        let holds =
            switch condition {
            case .none: true
            case .ifAbsent: old == nil
            case .ifUnchanged(let tag): old == tag
            }
        guard holds else {
            try uploads.remove(name)
            throw FileError(path: "\(folder.path)/\(last)", attempt: "put", code: EEXIST)
        }
        try uploads.rename(name, to: folder, as: last)
        let status = try file.status()
        return ObjectAttributes(size: status.size, entityTag: Self.entityTag(status))
    }

    private func lock(_ uploads: Directory) throws(FileError) -> File {
        let file = try uploads.createFile("lock")
        while try !file.tryLock() { usleep(1000) }
        return file
    }

    private func splitKey(_ key: ObjectKey) -> (parent: String, last: String) {
        let components = PathText.components(of: key.text)
        return (components.dropLast().joined(separator: "/"), components.last.map(String.init) ?? "")
    }

    private func writing<Value: Sendable>(
        _ operation: String, _ key: ObjectKey, _ body: @escaping @Sendable (Directory) throws(FileError) -> Value
    ) async throws(StoreError) -> Value {
        let path = try path(of: key, operation: operation)
        return try await DiskQueue.shared.run { () throws(StoreError) in
            do throws(FileError) {
                return try body(try Directory.open(name))
            } catch {
                if error.isExisting {
                    throw StoreError(
                        .changed, operation: operation, address: path, detail: "the condition does not hold")
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
