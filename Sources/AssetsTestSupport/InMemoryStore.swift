package import NIOCore
package import ObjectStore
internal import Synchronization

/// A store in a dictionary. Passes the contract that every provider passes, and counts what it is asked.
///
/// A class because tests change its content and read its counts while others hold it.
package final class InMemoryStore: ObjectStore {
    private struct State {
        var objects: [ObjectKey: [UInt8]] = [:]
        var generations: [ObjectKey: Int] = [:]
        var gets: [ObjectKey: Int] = [:]
        var uploads: [MultipartUpload: [Int: [UInt8]]] = [:]
    }

    private let state = Mutex(State())
    /// How many bytes a chunk of a body has at most.
    private let chunkSize: Int
    /// How many objects a page of a listing has.
    private let pageSize: Int

    package init(_ objects: [String: String] = [:], chunkSize: Int = 7, pageSize: Int = 3) {
        self.chunkSize = chunkSize
        self.pageSize = pageSize
        for (key, text) in objects { put(key, Array(text.utf8)) }
    }

    package var name: String { "memory" }

    package func address(of key: ObjectKey) -> String { "memory/\(key)" }

    package func put(_ key: String, _ bytes: [UInt8]) {
        state.withLock { state in
            state.objects[ObjectKey(key)] = bytes
            state.generations[ObjectKey(key), default: 0] += 1
        }
    }

    package func put(_ key: String, _ text: String) { put(key, Array(text.utf8)) }

    package func remove(_ key: String) {
        state.withLock { $0.objects[ObjectKey(key)] = nil }
    }

    /// How often an object was asked for, or a part of it.
    package func gets(of key: String) -> Int { state.withLock { $0.gets[ObjectKey(key)] ?? 0 } }

    package var allGets: Int { state.withLock { $0.gets.values.reduce(0, +) } }

    // MARK: ObjectStore

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        let (bytes, attributes) = try state.withLock { state throws(StoreError) in
            state.gets[key, default: 0] += 1
            return try find(key, .get, in: state)
        }
        if let wanted = options.entityTag, wanted != attributes.entityTag {
            throw StoreError(.changed, operation: .get, address: address(of: key), detail: "it has another entity tag")
        }
        if let range = options.range, range.lowerBound >= attributes.size {
            throw StoreError(.invalidRange, operation: .get, address: address(of: key), detail: "past the end")
        }
        let range = (options.range ?? 0..<attributes.size).clamped(to: 0..<attributes.size)
        let part = bytes[Int(range.lowerBound)..<Int(range.upperBound)]
        return ObjectDownload(attributes: attributes, range: range, body: .stream(Chunks(part, size: chunkSize)))
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        try state.withLock { state throws(StoreError) in try find(key, .head, in: state).1 }
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        let found = state.withLock { state in
            state.objects.filter { $0.key.text.utf8.starts(with: prefix.utf8) }
                .map { ListedObject(key: $0.key, size: Int64($0.value.count)) }
        }
        let rest = found.sorted { $0.key < $1.key }.drop { object in token.map { object.key <= ObjectKey($0) } ?? false
        }
        let page = Array(rest.prefix(pageSize))
        return ListPage(objects: page, next: rest.count > page.count ? page.last?.key.text : nil)
    }

    private func find(
        _ key: ObjectKey, _ operation: StoreOperation, in state: State
    ) throws(StoreError) -> ([UInt8], ObjectAttributes) {
        guard let bytes = state.objects[key] else {
            throw StoreError(.notFound, operation: operation, address: address(of: key), detail: "no such object")
        }
        let tag = "\"\(state.generations[key] ?? 0)\""
        return (bytes, ObjectAttributes(size: Int64(bytes.count), entityTag: tag))
    }
}

extension InMemoryStore: WritableStore {
    package func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        try write(Array(content.readableBytesView), to: key, condition, .put)
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) {
        state.withLock { $0.objects[key] = nil }
    }

    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        state.withLock { state in
            let upload = MultipartUpload(key: key, identifier: "\(state.uploads.count)", condition: condition)
            state.uploads[upload] = [:]
            return upload
        }
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        let bytes = Array(content.readableBytesView)
        let isKnown = state.withLock { state in
            state.uploads[upload]?[number] = bytes
            return state.uploads[upload] != nil
        }
        guard isKnown else { throw unknown(upload, .uploadPart(number)) }
        return UploadedPart(number: number, size: Int64(bytes.count), entityTag: "\(number)", evidence: .matches)
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        guard let uploaded = state.withLock({ $0.uploads[upload] }) else {
            throw unknown(upload, .completeUpload)
        }
        let bytes = parts.sorted { $0.number < $1.number }.flatMap { uploaded[$0.number] ?? [] }
        let receipt = try write(bytes, to: upload.key, upload.condition, .completeUpload)
        state.withLock { $0.uploads[upload] = nil }
        return receipt
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        state.withLock { $0.uploads[upload] = nil }
    }

    private func unknown(_ upload: MultipartUpload, _ operation: StoreOperation) -> StoreError {
        StoreError(.notFound, operation: operation, address: address(of: upload.key), detail: "no such upload")
    }

    private func write(
        _ bytes: [UInt8], to key: ObjectKey, _ condition: PutCondition, _ operation: StoreOperation
    ) throws(StoreError) -> WriteReceipt {
        try state.withLock { state throws(StoreError) in
            let old = try? find(key, operation, in: state).1
            let holds =
                switch condition {
                case .none: true
                case .ifAbsent: old == nil
                case .ifUnchanged(let tag): old?.entityTag == tag
                }
            guard holds else {
                throw StoreError(
                    .changed, operation: operation, address: address(of: key), detail: "the condition does not hold")
            }
            state.objects[key] = bytes
            state.generations[key, default: 0] += 1
            return WriteReceipt(entityTag: try find(key, operation, in: state).1.entityTag, evidence: .matches)
        }
    }
}

/// Bytes in pieces.
package struct Chunks: BodyStream {
    package typealias Element = ByteBuffer
    package typealias Failure = any Error

    private let bytes: [UInt8]
    private let size: Int

    package init(_ bytes: some Collection<UInt8>, size: Int) {
        self.bytes = Array(bytes)
        self.size = size
    }

    package func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...], size: size) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var rest: ArraySlice<UInt8>
        fileprivate let size: Int

        package mutating func next() async throws -> ByteBuffer? {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(size) }
            return ByteBuffer(bytes: rest.prefix(size))
        }
    }
}
