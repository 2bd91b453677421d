package import NIOCore
package import ObjectStore
internal import Synchronization

/// A store in memory that writes down what it is asked and misbehaves as it is told, as `FaultServer` of the Python tests does:
///
///     let store = FaultStore(["a/1.0": "content"])
///     store.on(.gets("a/1.0"), .cutAfter(3), times: 1)
///
/// The first rule that matches a request and is not used up decides.
///
/// A class because tests give it rules and read its requests while others hold it.
package final class FaultStore: Sendable {
    private struct Rule {
        let matcher: RequestMatcher
        let fault: Fault
        var skip: Int
        var times: Int?

        mutating func applies(to request: StoreRequest) -> Bool {
            guard matcher.matches(request), times != 0 else { return false }
            guard skip == 0 else {
                skip -= 1
                return false
            }
            times = times.map { $0 - 1 }
            return true
        }
    }

    private struct State {
        var rules: [Rule] = []
        var requests: [StoreRequest] = []
        var unfinished: MultipartUpload?
    }

    package let memory: InMemoryStore
    package let tellsChecksumsOfWholeObjects: Bool
    private let state = Mutex(State())

    /// - Parameter chunkSize: in bytes; large objects in small chunks take their time.
    package init(
        _ objects: [String: String] = [:], tellsChecksumsOfWholeObjects: Bool = false, chunkSize: Int = 7
    ) {
        memory = InMemoryStore(objects, chunkSize: chunkSize)
        self.tellsChecksumsOfWholeObjects = tellsChecksumsOfWholeObjects
    }

    package func on(_ matcher: RequestMatcher, _ fault: Fault, skip: Int = 0, times: Int? = nil) {
        state.withLock { $0.rules.append(Rule(matcher: matcher, fault: fault, skip: skip, times: times)) }
    }

    /// An upload that `unfinishedUpload` finds.
    package func leave(_ upload: MultipartUpload) { state.withLock { $0.unfinished = upload } }

    /// In the order in which they came, as words.
    package var requests: [String] { state.withLock { $0.requests.map(\.description) } }

    /// The keys and texts of all objects.
    package func objects() async throws -> [String: String] {
        var (objects, token) = ([String: String](), String?.none)
        repeat {
            let page = try await memory.list(prefix: "", from: token)
            for object in page.objects {
                let bytes = try await memory.get(object.key, GetOptions()).body.collected()
                objects[object.key.text] = String(decoding: bytes, as: UTF8.self)
            }
            token = page.next
        } while token != nil
        return objects
    }

    // MARK: Faults

    /// Notes a request, and does what is to be done to it.
    private func answer<Value: Sendable>(
        _ request: StoreRequest, _ normal: (Fault?) async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let fault = state.withLock { state in
            state.requests.append(request)
            return state.rules.indices.first { state.rules[$0].applies(to: request) }.map { state.rules[$0].fault }
        }
        if case .meanwhile(let body) = fault { await body() }
        guard case .answers(let kind, let isDone) = fault else { return try await normal(fault) }
        if isDone { _ = try await normal(nil) }
        throw StoreError(
            kind, operation: request.operation.ofStore, address: memory.address(of: ObjectKey(request.key)),
            detail: "as the test asks")
    }
}

extension FaultStore: WritableStore {
    package var name: String { memory.name }

    package func address(of key: ObjectKey) -> String { memory.address(of: key) }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        let detail = [options.range.map { "\($0)" }, options.entityTag, options.takesWhole ? "or whole" : nil]
        let request = StoreRequest(.get, key, detail.compactMap(\.self).joined(separator: " "))
        return try await answer(request) { fault throws(StoreError) in
            guard let fault else { return try await memory.get(key, options) }
            var asked = options
            if case .wholeObject = fault { asked.range = nil }
            let download = try await memory.get(key, asked)
            do {
                return fault.applied(to: download, try await download.body.collected())
            } catch {
                throw StoreError(.invalidAnswer, operation: .get, address: address(of: key), detail: "\(error)")
            }
        }
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        try await answer(StoreRequest(.head, key)) { fault throws(StoreError) in
            let attributes = try await memory.head(key)
            return fault?.applied(to: attributes) ?? attributes
        }
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await answer(StoreRequest(.list, ObjectKey(prefix))) { _ throws(StoreError) in
            try await memory.list(prefix: prefix, from: token)
        }
    }

    package func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        try await answer(StoreRequest(.put, key, "\(condition)")) { fault throws(StoreError) in
            let receipt = try await memory.put(key, content, condition)
            return fault?.applied(to: receipt) ?? receipt
        }
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) {
        try await answer(StoreRequest(.delete, key)) { _ throws(StoreError) in try await memory.delete(key) }
    }

    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        try await answer(StoreRequest(.start, key, "\(condition)")) { _ throws(StoreError) in
            try await memory.startUpload(of: key, condition)
        }
    }

    package func unfinishedUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload? {
        state.withLock { $0.unfinished.flatMap { $0.key == key && $0.condition == condition ? $0 : nil } }
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        let request = StoreRequest(.part, upload.key, "\(number) of \(content.readableBytes) bytes")
        return try await answer(request) { _ throws(StoreError) in
            try await memory.uploadPart(number, of: upload, content)
        }
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        try await answer(StoreRequest(.complete, upload.key, upload.identifier)) { fault throws(StoreError) in
            let receipt = try await memory.completeUpload(upload, parts)
            return fault?.applied(to: receipt) ?? receipt
        }
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        try await answer(StoreRequest(.abort, upload.key, upload.identifier)) { _ throws(StoreError) in
            try await memory.abortUpload(upload)
        }
    }
}
