package import AssetModel
package import FileSystem
package import ObjectStore
package import Planning

/// Answers planning from a store and the assets directory.
///
/// Without a store (modelkit's pre-downloaded mode) every version-named file or folder counts, as it does for Python
/// modelkit; with one, only what has its marker or its record does.
package struct Catalog: AssetFacts {
    /// The largest `.versions` or `.meta` that is read: some 100,000 paths.
    package static let documentLimit = 16 << 20

    private let store: (any ObjectStore)?
    private let local: LocalCatalog
    private let system: VersioningSystem

    /// - Parameter store: seen from modelkit's prefix; nil for pre-downloaded mode.
    package init(store: (any ObjectStore)?, directory: Directory, system: VersioningSystem) {
        self.store = store
        local = LocalCatalog(directory: directory)
        self.system = system
    }

    // MARK: AssetFacts

    package func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        let folder = "\(local.directory.path)/\(name)"
        guard let store else {
            let versions = try await DiskQueue.shared.run { () throws(FileError) in
                try local.versions(of: name, in: system, markedOnly: false)
            }
            return KnownVersions(inStore: nil, local: versions, places: [folder])
        }
        if let present = try await exactAndPresent(name, requirements) {
            return KnownVersions(inStore: nil, local: present, places: [folder])
        }
        let marked = try await DiskQueue.shared.run { () throws(FileError) in
            try local.versions(of: name, in: system, markedOnly: true)
        }
        let key = ObjectKey(ModelkitLayout.versionsObject(of: name))
        return KnownVersions(
            inStore: try await storedVersions(key, in: store), local: marked, places: [store.address(of: key), folder])
    }

    package func localState(of pin: AssetPin) async throws -> LocalState {
        let marked = store != nil
        return try await DiskQueue.shared.run { () throws(FileError) in try local.state(of: pin, marked: marked) }
    }

    package func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        guard let store else { throw CatalogError.noStore }
        let key = ObjectKey(ModelkitLayout.metaObject(of: pin))
        let bytes = try await document(key, in: store)
        return try interpreting(key, in: store) { () throws(ContentFault) in try RemoteFormat.metadata(bytes) }
    }

    package func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool {
        try await DiskQueue.shared.run { () throws(FileError) in try local.hasPart(part, of: pin) }
    }

    package func names(near name: AssetName) async -> [AssetName] {
        // Only for an explanation: a store that does not list gives none.
        (try? await names(pages: 10)) ?? []
    }

    // MARK: The store

    /// The names of the assets in the store, sorted.
    ///
    /// - Parameter pages: how many pages of the listing are read at most; nil for all.
    package func names(pages: Int? = nil) async throws(StoreError) -> [AssetName] {
        guard let store else { return [] }
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

    /// The plan with the sizes of what it fetches, as far as the store tells. One listing a step.
    package func measured(_ plan: Plan) async throws(StoreError) -> Plan {
        guard let store else { return plan }
        var plan = plan
        for index in plan.steps.indices where plan.steps[index].content?.objects.contains(where: { $0.size == nil }) == true {
            plan.steps[index] = try await measured(plan.steps[index], in: store)
        }
        return plan
    }

    private func measured(_ step: Step, in store: any ObjectStore) async throws(StoreError) -> Step {
        guard var content = step.content else { return step }
        let sizes = try await sizes(of: step.pin, kind: content.kind, in: store)
        for index in content.objects.indices {
            let object = content.objects[index]
            content.objects[index].size = sizes[ObjectKey(of: step.pin, path: object.path)] ?? object.size
        }
        var step = step
        step.content = content
        return step
    }

    private func sizes(
        of pin: AssetPin, kind: AssetKind, in store: any ObjectStore
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

    /// What the directory alone can answer: every requirement names a version that stands there, whole.
    private func exactAndPresent(
        _ name: AssetName, _ requirements: [VersionRequirement]
    ) async throws -> [AssetVersion]? {
        let wanted = requirements.compactMap(\.exactVersion)
        guard !wanted.isEmpty, wanted.count == requirements.count else { return nil }
        return try await DiskQueue.shared.run { () throws(FileError) in
            for version in wanted {
                let state = try local.state(of: AssetPin(name: name, version: version), marked: true)
                guard state == .complete else { return nil }
            }
            return wanted
        }
    }

    private func storedVersions(_ key: ObjectKey, in store: any ObjectStore) async throws -> [AssetVersion]? {
        let bytes: [UInt8]
        do {
            bytes = try await document(key, in: store)
        } catch let error as StoreError where error.kind == .notFound {
            return nil
        }
        return try interpreting(key, in: store) { () throws(ContentFault) in
            try RemoteFormat.versions(bytes, in: system)
        }
    }

    private func document(_ key: ObjectKey, in store: any ObjectStore) async throws -> [UInt8] {
        do {
            return try await store.read(key, limit: Self.documentLimit)
        } catch where error.kind == .invalidAnswer {
            throw CatalogError.malformed(address: error.address, fault: error.detail)
        }
    }

    private func interpreting<Value>(
        _ key: ObjectKey, in store: any ObjectStore, _ body: () throws(ContentFault) -> Value
    ) throws(CatalogError) -> Value {
        do {
            return try body()
        } catch {
            switch error {
            case .malformed(let fault): throw .malformed(address: store.address(of: key), fault: fault)
            case .unsafePath(let path, let fault):
                throw .unsafePath(address: store.address(of: key), path: path, fault: fault)
            }
        }
    }

    private static func name(of key: ObjectKey) -> AssetName? {
        guard key.text.hasSuffix(ModelkitLayout.versionsSuffix) else { return nil }
        return try? AssetName(String(key.text.dropLast(ModelkitLayout.versionsSuffix.count)))
    }
}

extension ObjectKey {
    /// The key of an object of an asset, below modelkit's prefix.
    package init(of pin: AssetPin, path: RelativePath?) {
        self.init(path.map { ModelkitLayout.dataObject(of: pin, path: $0) } ?? ModelkitLayout.dataObject(of: pin))
    }
}
