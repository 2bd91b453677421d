internal import FileSystem
internal import Glibc
internal import NIOCore
package import ObjectStore

/// A folder as a store: the object `a/b` is the file `b` in its folder `a`, as Python modelkit's `LocalStorageDriver`
/// keeps it.
///
/// The entity tag is made of the file's inode, size and modification time, so that a file that changes between two
/// reads is noticed. Links inside the folder are followed: it is the user's own.
package struct LocalStore: ObjectStore {
    let root: String
    let lockPatience: Duration
    let uploads = LocalUploads()

    /// - Parameters:
    ///   - path: the folder's path.
    ///   - lockPatience: for how long to wait while others write, which each does for some calls.
    /// - Throws: `.misconfigured` where there is no such folder.
    package init(path: String, lockPatience: Duration = .seconds(30)) throws(StoreError) {
        self.lockPatience = lockPatience
        root = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        var status = stat()
        guard stat(root, &status) == 0 else { throw Self.error(opening: root, code: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.misconfigured, operation: .open, address: root, detail: LocalDetail.notADirectory)
        }
    }

    package var name: String { root }

    package func address(of key: ObjectKey) -> String { key.text.isEmpty ? root : "\(root)/\(key.text)" }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        let path = try path(of: key, operation: .get)
        return try await DiskQueue.shared.run { () throws(StoreError) in
            let (file, attributes) = try open(path, operation: .get)
            if let wanted = options.entityTag, wanted != attributes.entityTag {
                throw StoreError(.changed, operation: .get, address: path, detail: LocalDetail.fileChanged)
            }
            if options.range == nil, attributes.size <= Self.smallSize {
                return try whole(file, attributes, path: path)
            }
            let range = options.range ?? 0..<attributes.size
            guard options.range == nil || range.lowerBound < attributes.size else {
                throw StoreError(
                    .invalidRange, operation: .get, address: path, detail: LocalDetail.ends(at: attributes.size))
            }
            return ObjectDownload(
                attributes: attributes, range: range.clamped(to: 0..<attributes.size), body: .file(file))
        }
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        let path = try path(of: key, operation: .head)
        return try await DiskQueue.shared.run { () throws(StoreError) in try open(path, operation: .head).1 }
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await DiskQueue.shared.run { () throws(StoreError) in
            var walk = LocalListing(root: root, prefix: prefix)
            return ListPage(objects: try walk.objects(), next: nil)
        }
    }

    /// A small file is read with the same visit to the disk that opens it. In bytes: what modelkit keeps beside the data
    /// is smaller.
    private static let smallSize: Int64 = 64 << 10

    private func whole(
        _ file: OpenedFile, _ attributes: ObjectAttributes, path: String
    ) throws(StoreError) -> ObjectDownload {
        var buffer = ByteBuffer()
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(attributes.size)) { bytes in
            readDescriptor(
                file.descriptor, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<Int(attributes.size)]))
        }
        guard count == attributes.size else {
            throw StoreError(
                .invalidAnswer, operation: .get, address: path,
                detail: ObjectDetail.sizeMismatch(expected: attributes.size, actual: Int64(count)))
        }
        return ObjectDownload(
            attributes: attributes, range: 0..<attributes.size, body: .stream(OneChunk(buffer: buffer)))
    }

    private func open(_ path: String, operation: StoreOperation) throws(StoreError) -> (OpenedFile, ObjectAttributes) {
        do throws(FileError) {
            let file = try File.openForReading(path)
            let status = try file.status()
            guard status.kind == .file else {
                throw FileError(path: path, attempt: .open, code: status.kind == .directory ? ENOENT : EINVAL)
            }
            // The closure keeps the file, and with it the descriptor, for as long as the download is referred to.
            let opened = OpenedFile(descriptor: file.descriptor) { _ in withExtendedLifetime(file) {} }
            return (opened, ObjectAttributes(size: status.size, entityTag: Self.entityTag(status)))
        } catch {
            throw Self.error(error, operation: operation, address: path)
        }
    }

    static func entityTag(_ status: FileStatus) -> String {
        "\(status.inode)-\(status.size)-\(status.modified).\(status.modifiedNanoseconds)"
    }

    func path(of key: ObjectKey, operation: StoreOperation) throws(StoreError) -> String {
        // Keys come from validated names and paths; this is the wall behind them.
        let bad = key.text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).contains {
            $0.isEmpty || $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
        }
        guard !bad, !key.text.utf8.contains(0) else {
            throw StoreError(
                .notFound, operation: operation, address: "\(root)/\(key.text)", detail: LocalDetail.outside)
        }
        return address(of: key)
    }

    static func error(_ error: FileError, operation: StoreOperation, address: String) -> StoreError {
        let kind: StoreError.Kind =
            switch error.code {
            case ENOENT, ENOTDIR, ENAMETOOLONG: .notFound
            case EACCES, EPERM: .permissionDenied
            default: .unavailable
            }
        return StoreError(kind, operation: operation, address: address, detail: LocalDetail.file(error))
    }

    private static func error(opening path: String, code: CInt) -> StoreError {
        let kind: StoreError.Kind = code == EACCES ? .permissionDenied : .unavailable
        return StoreError(kind, operation: .open, address: path, detail: String(cString: strerror(code)))
    }
}

/// A body that is here already.
private struct OneChunk: BodyStream {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let buffer: ByteBuffer

    func makeAsyncIterator() -> Iterator { Iterator(buffer: buffer) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var buffer: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? {
            defer { buffer = nil }
            return buffer
        }
    }
}
