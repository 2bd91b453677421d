package import AssetModel
package import FileSystem
package import ObjectStore
package import Planning

/// Answers planning from a store and the assets directory.
///
/// Without a store (modelkit's pre-downloaded mode) every version-named file or folder counts, as it does for Python
/// modelkit; with one, only what has its marker or its record does.
package struct Catalog: AssetFacts {
    private let store: StoreCatalog?
    private let local: LocalCatalog
    private let path: String?
    private let system: VersioningSystem
    private let isOffline: Bool

    /// - Parameters:
    ///   - store: seen from modelkit's prefix; nil for pre-downloaded mode.
    ///   - directory: nil where it does not exist yet.
    ///   - path: the directory's, for messages; nil where none is set.
    ///   - isOffline: whether only the directory is looked at, and the store is not asked.
    package init(
        store: (any ObjectStore)?, directory: Directory?, path: String?, system: VersioningSystem,
        isOffline: Bool = false
    ) {
        self.store = store.map { StoreCatalog(store: $0, system: system) }
        local = LocalCatalog(directory: directory)
        self.path = path
        self.system = system
        self.isOffline = isOffline
    }

    // MARK: AssetFacts

    package func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        let folder = path.map { ["\($0)/\(name)"] } ?? []
        guard let store else {
            let versions = try await DiskQueue.shared.run { () throws(FileError) in
                try local.versions(of: name, in: system, markedOnly: false)
            }
            return KnownVersions(inStore: nil, local: versions, places: SearchedPlaces(folder, store: .none))
        }
        if let present = await exactAndPresent(name, requirements) {
            return KnownVersions(
                inStore: nil, local: present, places: SearchedPlaces(folder, store: .searched), isPartial: true)
        }
        let marked = try await DiskQueue.shared.run { () throws(FileError) in
            try local.markedVersions(of: name, in: system)
        }
        if isOffline {
            return KnownVersions(
                inStore: nil, local: marked, places: SearchedPlaces(folder, store: .offline), isPartial: true)
        }
        let places = SearchedPlaces([store.address(of: name)] + folder, store: .searched)
        let inStore: [AssetVersion]?
        switch await listed(name, requirements, in: store) {
        case .listed(let versions): inStore = try versions.get()
        case .pushed(let versions, let fault):
            return KnownVersions(
                inStore: versions, local: marked, places: places, isPartial: true, listFault: fault)
        }
        // Of an asset that the store does not know, only what is named outright will do: a wrong prefix must not pass
        // for the right one because of what an earlier run left. Python modelkit draws the line there too.
        let named = Set(requirements.compactMap(\.exactVersion))
        return KnownVersions(
            inStore: inStore, local: inStore == nil ? marked.filter(named.contains) : marked, places: places)
    }

    package func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState {
        let marked = store != nil
        let shape = marked ? metadata.map(AssetShape.init) : nil
        return try await DiskQueue.shared.run { () throws(FileError) in
            try local.state(of: pin, marked: marked, as: shape)
        }
    }

    package func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        guard let store else { throw NoMetadata(cause: CatalogError.noStore) }
        do {
            return try await store.metadata(of: pin)
        } catch let error as StoreError where isOffline {
            // What is present is taken as it is.
            throw NoMetadata(cause: error)
        }
    }

    package func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool {
        try await DiskQueue.shared.run { () throws(FileError) in try local.hasPart(part, of: pin) }
    }

    package func names(near name: AssetName) async -> [AssetName] {
        // Only for an explanation: a store that does not list gives none.
        (try? await store?.names(pages: 10)) ?? []
    }

    /// The plan with the sizes of what it fetches, as far as the store tells.
    package func measured(_ plan: Plan) async throws(StoreError) -> Plan { try await store?.measured(plan) ?? plan }

    private enum Listed {
        case listed(Result<[AssetVersion]?, any Error>)
        /// Versions named in full that are in the store, and why its list is of no use.
        case pushed([AssetVersion], fault: ListFault)
    }

    /// The store's list of versions. Where it is missing or damaged, versions that are named in full are looked for
    /// themselves, as Python modelkit, which never reads the list for them, finds them too.
    private func listed(
        _ name: AssetName, _ requirements: [VersionRequirement], in store: StoreCatalog
    ) async -> Listed {
        let versions = await Result<[AssetVersion]?, any Error>.catching { try await store.versions(of: name) }
        let fault: ListFault
        switch versions {
        case .success(nil): fault = .missing(address: store.address(of: name))
        case .failure(CatalogError.malformed(let address, let content)):
            fault = .malformed(address: address, AnyErrorDetail(content))
        case .success, .failure: return .listed(versions)
        }
        let named = requirements.compactMap(\.exactVersion)
        guard named.count == requirements.count else { return .listed(versions) }
        var pushed: [AssetVersion] = []
        do {
            for version in named where try await store.has(AssetPin(name: name, version: version)) {
                pushed.append(version)
            }
        } catch {
            return .listed(.failure(error))
        }
        return pushed.isEmpty ? .listed(versions) : .pushed(pushed, fault: fault)
    }

    /// What the directory alone can answer: every requirement names a version that stands there, whole.
    private func exactAndPresent(
        _ name: AssetName, _ requirements: [VersionRequirement]
    ) async -> [AssetVersion]? {
        let wanted = requirements.compactMap(\.exactVersion)
        guard !wanted.isEmpty, wanted.count == requirements.count else { return nil }
        return await DiskQueue.shared.run {
            let isComplete = wanted.allSatisfy {
                // What cannot be looked at is not known to be there; what asks the store next is told why.
                (try? local.state(of: AssetPin(name: name, version: $0), marked: true)) == .complete
            }
            return isComplete ? wanted : nil
        }
    }
}
