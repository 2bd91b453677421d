package import AssetModel
internal import Catalog
internal import Execution
internal import FoundationEssentials
internal import NIOCore
package import ObjectStore
internal import Planning

/// Adds to the `.meta` of what Python modelkit pushed the sizes and SHA-256s that this tool's pushes record.
package struct Annotator: Sendable {
    private let store: any WritableStore
    private let catalog: StoreCatalog
    /// How many objects are read at the same time.
    private let window: Int

    /// - Parameter store: seen from modelkit's prefix.
    package init(store: any WritableStore, system: VersioningSystem, window: Int) {
        self.store = store
        self.window = window
        catalog = StoreCatalog(store: store, system: system)
    }

    /// Reads every object of a version and records what it has. All else in the `.meta` stays as it is, byte for byte.
    ///
    /// - Returns: how many objects were recorded: 0 where all are already.
    /// - Throws: `StoreError`, `.changed` where somebody else wrote the `.meta` meanwhile; `CatalogError`;
    ///   `PublishError`.
    package func annotate(_ pin: AssetPin) async throws -> Int {
        let key = ObjectKey(ModelkitLayout.metaObject(of: pin))
        // The tag first: where what is read after it is newer, the tag does not hold.
        let written = try await store.readTagged(key, limit: StoreCatalog.documentLimit)
        let metadata = try await catalog.metadata(of: pin)
        guard metadata.objects.contains(where: { $0.sha256 == nil }) else { return 0 }
        let results = await concurrentMap(metadata.objects, window: window) { object in
            await record(object.path, of: pin)
        }
        let objects = try results.map { try $0.get() }
        let bytes = try MetaDocument.adding(objects, to: written.bytes)
        try await put(bytes, to: key, in: written.entityTag.map(PutCondition.ifUnchanged) ?? .none)
        return objects.count
    }

    /// How many objects `annotate` would record.
    package func unrecorded(_ pin: AssetPin) async throws -> Int {
        let objects = try await catalog.metadata(of: pin).objects
        return objects.contains { $0.sha256 == nil } ? objects.count : 0
    }

    /// Writes it, and reads it back: what the store answers is not all that it may have done.
    private func put(_ bytes: [UInt8], to key: ObjectKey, in condition: PutCondition) async throws {
        let result = await store.putting(key, ByteBuffer(bytes: bytes), condition)
        if case .failure(let error) = result, error.kind != .changed, error.kind != .invalidAnswer { throw error }
        // A request whose answer was lost, or was none, may have done it.
        guard try await store.read(key, limit: StoreCatalog.documentLimit) != bytes else { return }
        _ = try result.get()
        throw PublishError.notKept(store.address(of: key))
    }

    private func record(
        _ path: RelativePath?, of pin: AssetPin
    ) async -> Result<MetaDocument.RecordedObject, any Error> {
        do {
            let digest = try await FileDigest(ofObject: ObjectKey(of: pin, path: path), in: store)
            return .success(.init(path: path?.text, size: digest.size, sha256: digest.sha256.hex))
        } catch {
            return .failure(error)
        }
    }
}

extension MetaDocument {
    /// The text of a `.meta` with what is recorded of its objects at its end, in the place of what was recorded of some.
    static func adding(_ objects: [RecordedObject], to text: [UInt8]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = JSONMembers.setting("objects", to: Array(try encoder.encode(objects)), in: text)
        guard bytes.count <= StoreCatalog.documentLimit else { throw PublishError.tooManyFiles(bytes.count) }
        return bytes
    }
}
