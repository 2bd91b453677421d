package import AssetModel
internal import FileSystem
package import ObjectStore
package import Planning

/// What the store holds.
package struct StoreCatalog: Sendable {
    /// The largest `.versions` or `.meta` that is read, in bytes: some 100,000 paths.
    package static let documentLimit = 16 << 20

    private let store: any ObjectStore
    private let system: VersioningSystem

    /// - Parameter store: seen from modelkit's prefix.
    package init(store: any ObjectStore, system: VersioningSystem) {
        self.store = store
        self.system = system
    }

    /// Where an asset's versions are looked for.
    func address(of name: AssetName) -> String { store.address(of: Self.versionsKey(name)) }

    /// The versions of an asset, latest first; nil where there is no such asset.
    package func versions(of name: AssetName) async throws -> [AssetVersion]? {
        try await listing(of: name)?.versions
    }

    /// The versions of an asset, latest first, and what its `.versions` must still be when it is rewritten; nil where
    /// there is no such asset.
    ///
    /// - Parameter isMended: whether what cannot be read, and can be replaced, is as an empty list.
    package func listing(of name: AssetName, isMended: Bool = false) async throws -> VersionListing? {
        let key = Self.versionsKey(name)
        let document: TaggedContent
        do {
            document = try await self.document(key)
        } catch let error as StoreError where error.kind == .notFound {
            return nil
        }
        do {
            let versions = try interpreting(key) { () throws(ContentFault) in
                try RemoteFormat.versions(document.bytes, in: system).sorted(by: >)
            }
            return VersionListing(versions: versions, entityTag: document.entityTag)
        } catch {
            guard isMended, document.entityTag != nil else { throw error }
            return VersionListing(versions: [], entityTag: document.entityTag)
        }
    }

    /// The versions of many assets, in the order of their names; asked at the same time.
    package func versions(of names: [AssetName]) async -> [Result<[AssetVersion]?, any Error>] {
        await concurrentMap(names) { name in await Result.catching { try await versions(of: name) } }
    }

    /// Whether the store has a `.meta` of the version.
    func has(_ pin: AssetPin) async throws(StoreError) -> Bool {
        try await store.headIfPresent(ObjectKey(ModelkitLayout.metaObject(of: pin))) != nil
    }

    package func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        let key = ObjectKey(ModelkitLayout.metaObject(of: pin))
        let bytes: [UInt8]
        do {
            bytes = try await document(key).bytes
        } catch let error as StoreError where error.kind == .notFound {
            throw NoMetadata(cause: error)
        }
        return try interpreting(key) { () throws(ContentFault) in try RemoteFormat.metadata(bytes, in: system) }
    }

    /// A version's metadata with the sizes of its objects.
    package func measuredMetadata(of pin: AssetPin) async throws -> VersionMetadata {
        var metadata = try await metadata(of: pin)
        let sizes = try await sizes(of: pin, kind: metadata.kind)
        for index in metadata.objects.indices {
            metadata.objects[index].size = sizes[ObjectKey(of: pin, path: metadata.objects[index].path)]
        }
        return metadata
    }

    /// The names of the assets in the store, sorted.
    ///
    /// - Parameter pages: how many pages of the listing are read at most; nil for all.
    package func names(pages: Int? = nil) async throws(StoreError) -> [AssetName] {
        var names: [AssetName] = []
        var token: String?
        var left = pages ?? .max
        repeat {
            let page = try await store.list(prefix: "", from: token)
            names += page.objects.compactMap { Self.name(of: $0.key) }
            token = page.next
            left -= 1
        } while token != nil && left > 0
        return names.sorted()
    }

    /// The name of an asset that was probably meant; nil also where the store cannot be listed.
    package func nearestName(to text: String) async -> String? {
        nearestWord(to: text, in: ((try? await names()) ?? []).map(\.text))
    }

    /// The plan with the sizes of what it fetches, as far as the store tells. One request a step, asked at the same time.
    package func measured(_ plan: Plan) async throws(StoreError) -> Plan {
        let lacking = plan.steps.indices.filter { index in
            plan.steps[index].content?.objects.contains { $0.size == nil } == true
        }
        let measured = try await concurrentAttempts(lacking.map { plan.steps[$0] }) { step throws(StoreError) in
            try await self.measured(step)
        }
        var plan = plan
        for (index, step) in zip(lacking, measured) { plan.steps[index] = step }
        return plan
    }

    private func measured(_ step: Step) async throws(StoreError) -> Step {
        guard var content = step.content else { return step }
        let sizes = try await sizes(of: step.pin, kind: content.kind)
        for index in content.objects.indices {
            let object = content.objects[index]
            content.objects[index].size = sizes[ObjectKey(of: step.pin, path: object.path)] ?? object.size
        }
        var step = step
        step.content = content
        return step
    }

    private func sizes(
        of pin: AssetPin, kind: AssetKind
    ) async throws(StoreError) -> [ObjectKey: Int64] {
        let key = ObjectKey(of: pin, path: nil)
        if kind == .file { return [key: try await store.head(key).size] }
        var sizes: [ObjectKey: Int64] = [:]
        var token: String?
        repeat {
            let page = try await store.list(prefix: key.text + "/", from: token)
            for object in page.objects { sizes[object.key] = object.size }
            token = page.next
        } while token != nil
        return sizes
    }

    private func document(_ key: ObjectKey) async throws -> TaggedContent {
        do {
            return try await store.readTagged(key, limit: Self.documentLimit)
        } catch let fault as ContentFault {
            return try interpreting(key) { () throws(ContentFault) in throw fault }
        }
    }

    private func interpreting<Value>(
        _ key: ObjectKey, _ body: () throws(ContentFault) -> Value
    ) throws(CatalogError) -> Value {
        do {
            return try body()
        } catch {
            switch error {
            case .malformed(let fault): throw .malformed(address: store.address(of: key), fault)
            case .unsafePath(let path, let fault):
                throw .unsafePath(address: store.address(of: key), path: path, fault)
            }
        }
    }

    private static func versionsKey(_ name: AssetName) -> ObjectKey {
        ObjectKey(ModelkitLayout.versionsObject(of: name))
    }

    private static func name(of key: ObjectKey) -> AssetName? {
        guard key.text.hasSuffix(ModelkitLayout.versionsSuffix) else { return nil }
        return try? AssetName(String(key.text.dropLast(ModelkitLayout.versionsSuffix.count)))
    }
}

/// What an asset's `.versions` has.
package struct VersionListing: Sendable, Hashable {
    /// Latest first.
    package let versions: [AssetVersion]
    /// Of the object; nil where the store has none.
    package let entityTag: String?

    package init(versions: [AssetVersion], entityTag: String?) {
        self.versions = versions
        self.entityTag = entityTag
    }
}

extension ObjectKey {
    /// The key of an object of an asset, below modelkit's prefix.
    package init(of pin: AssetPin, path: RelativePath?) {
        self.init(path.map { ModelkitLayout.dataObject(of: pin, path: $0) } ?? ModelkitLayout.dataObject(of: pin))
    }
}
