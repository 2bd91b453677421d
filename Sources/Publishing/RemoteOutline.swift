package import AssetModel
internal import Catalog
internal import Execution
internal import FileSystem
internal import NIOCore
package import ObjectStore

/// An object that is to be pushed from where it is in a store, or all those below a key.
package struct RemoteOutline: Sendable {
    package let kind: AssetKind
    private let store: any ObjectStore
    private let objects: [RemoteObject]

    package var count: Int { objects.count }
    package var bytes: Int64 { ByteSum.of(objects.map(\.size)) }

    private struct RemoteObject: Sendable {
        let key: ObjectKey
        let path: RelativePath?
        let size: Int64
    }

    /// Looks for the object, and then for those below the key, as Python modelkit does.
    ///
    /// - Parameter key: without slashes at its ends.
    /// - Throws: `StoreError`, `.notFound` where there is nothing; `PushSourceFaults`.
    package init(of key: ObjectKey, in store: any ObjectStore) async throws {
        self.store = store
        if let attributes = try await store.headIfPresent(key) {
            kind = .file
            objects = [RemoteObject(key: key, path: nil, size: attributes.size)]
            return
        }
        var objects: [RemoteObject] = []
        var faults: [PushSourceFault] = []
        var token: String?
        repeat {
            let page = try await store.list(prefix: key.text + "/", from: token)
            for object in page.objects where !Self.isFolder(object) {
                do throws(PushSourceFault) {
                    objects.append(try Self.object(object, below: key, in: store))
                } catch {
                    faults.append(error)
                }
            }
            token = page.next
        } while token != nil
        faults += Self.foldersToo(objects).map { .objectAndFolder(store.address(of: $0.key)) }
        guard faults.isEmpty else { throw PushSourceFaults(list: faults) }
        guard !objects.isEmpty else {
            throw StoreError(
                .notFound, operation: .pushFrom, address: store.address(of: key), detail: ObjectDetail.noObjectOrPrefix)
        }
        kind = .directory
        self.objects = objects
    }

    /// What consoles make to look like a folder.
    private static func isFolder(_ object: ListedObject) -> Bool {
        PathText.hasSuffix(object.key.text, "/") && object.size == 0
    }

    private static func object(
        _ listed: ListedObject, below key: ObjectKey, in store: any ObjectStore
    ) throws(PushSourceFault) -> RemoteObject {
        guard !PathText.hasSuffix(listed.key.text, "/") else {
            throw .contentOfFolder(store.address(of: listed.key))
        }
        do throws(RelativePathFault) {
            let path = try RelativePath(
                String(decoding: listed.key.text.utf8.dropFirst(key.text.utf8.count + 1), as: UTF8.self))
            return RemoteObject(key: listed.key, path: path, size: listed.size)
        } catch {
            throw .path(store.address(of: listed.key), error)
        }
    }

    /// Those below whose keys there are others.
    private static func foldersToo(_ objects: [RemoteObject]) -> [RemoteObject] {
        var folders: Set<RelativePath> = []
        for object in objects {
            var folder = object.path?.parent
            while let path = folder, folders.insert(path).inserted { folder = path.parent }
        }
        return objects.filter { object in object.path.map(folders.contains) == true }
    }

    /// Fetches everything into a folder.
    ///
    /// - Parameters:
    ///   - folder: an empty one.
    ///   - window: how many objects are fetched at the same time.
    /// - Returns: the path of the file, or of the folder, that can be pushed.
    /// - Throws: `StoreError`, `FileError`.
    package func fetch(into folder: String, window: Int) async throws -> String {
        let top = try Directory.open(folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, object) in objects.enumerated() {
                if index >= window { try await group.next() }
                group.addTask { try await fetch(object, into: top) }
            }
            try await group.waitForAll()
        }
        return "\(folder)/\(Self.name)"
    }

    private static let name = "content"

    private func fetch(_ object: RemoteObject, into top: Directory) async throws {
        let place = Self.name + (object.path.map { "/\($0.text)" } ?? "")
        let components = PathText.components(of: place)
        let folder = try top.makeDirectory(components.dropLast().joined(separator: "/"))
        let file = try folder.createNewFile(String(components.last ?? ""))
        let download = try await store.get(object.key, GetOptions())
        let attributes = download.attributes
        func fault(_ detail: ObjectDetail) -> StoreError {
            StoreError(.invalidAnswer, operation: .get, address: store.address(of: object.key), detail: detail)
        }
        guard attributes.encoding == nil else { throw fault(.isEncoded) }
        var offset: Int64 = 0
        switch download.body {
        case .stream(let chunks):
            for try await chunk in chunks {
                let start = offset
                try await DiskQueue.shared.run { () throws(FileError) in try file.write(chunk, at: start) }
                offset += Int64(chunk.readableBytes)
            }
        case .file(let source):
            offset = try await DiskQueue.shared.run { () throws(FileError) in
                try file.copy(from: source.descriptor, download.range, to: 0)
            }
        }
        guard offset == attributes.size else {
            throw fault(.sizeMismatch(expected: attributes.size, actual: offset))
        }
        guard let checksum = attributes.checksum else { return }
        guard try await DiskQueue.shared.run({ () throws(FileError) in try file.has(checksum) }) else {
            throw fault(.checksumMismatch(checksum.algorithm))
        }
    }
}

extension File {
    fileprivate func write(_ content: ByteBuffer, at offset: Int64) throws(FileError) {
        var result: Result<Void, FileError> = .success(())
        content.withUnsafeReadableBytes { bytes in
            do throws(FileError) { try write(bytes, at: offset) } catch { result = .failure(error) }
        }
        try result.get()
    }
}
