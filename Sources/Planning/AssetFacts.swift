package import AssetModel

/// What planning asks of the world. `Catalog` answers from a store and a directory, a test from a dictionary.
///
/// Planning asks each fact once and many at the same time. An asset that is not there is an answer, not an error; what
/// is thrown (the store cannot be reached, an object is malformed) fails what asked for it and nothing else.
package protocol AssetFacts: Sendable {
    /// The versions of an asset that may be chosen.
    ///
    /// - Parameter requirements: all that are known, sorted: where each names a version that is present, the store need
    ///   not be asked.
    func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions

    /// Whether a version stands in the assets directory. Reads the directory only.
    ///
    /// - Parameter metadata: what it should be; nil where that is not known.
    func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState

    /// What a version consists of, from its `.meta`.
    ///
    /// - Throws: `NoMetadata` where the store has none, or there is no store.
    func metadata(of pin: AssetPin) async throws -> VersionMetadata

    /// Whether a present version has a file or a folder of this path.
    func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool

    /// Some names that exist, for the explanation of one that does not. Asked only after a failure.
    func names(near name: AssetName) async -> [AssetName]
}

extension AssetFacts {
    /// The same of a version of which nothing is known.
    package func localState(of pin: AssetPin) async throws -> LocalState {
        try await localState(of: pin, expecting: nil)
    }
}

/// The versions of an asset, and where they were looked for.
package struct KnownVersions: Sendable, Equatable {
    /// In the store; nil where the store has no such asset, or there is no store (pre-downloaded mode).
    package let inStore: [AssetVersion]?
    /// In the assets directory: complete ones, or, in pre-downloaded mode, every version-named file or folder, as
    /// Python modelkit takes them.
    package let local: [AssetVersion]
    /// Where it was looked, for messages.
    package let places: SearchedPlaces
    /// Whether there may be more versions, which were not looked for because these meet the requirements.
    package let isPartial: Bool
    /// Why the store's own list of versions was of no use, where those that were named in full are in the store all the same.
    package let listFault: ListFault?

    package init(
        inStore: [AssetVersion]?, local: [AssetVersion], places: SearchedPlaces, isPartial: Bool = false,
        listFault: ListFault? = nil
    ) {
        self.inStore = inStore
        self.local = local
        self.places = places
        self.isPartial = isPartial
        self.listFault = listFault
    }

    func excluding(_ excluded: Set<AssetPin>, of name: AssetName) -> KnownVersions {
        guard excluded.contains(where: { $0.name == name }) else { return self }
        func left(_ versions: [AssetVersion]) -> [AssetVersion] {
            versions.filter { !excluded.contains(AssetPin(name: name, version: $0)) }
        }
        return KnownVersions(
            inStore: inStore.map(left), local: left(local), places: places, isPartial: isPartial,
            listFault: listFault)
    }

    /// All of them, latest first, each once. modelkit too puts the two together before it takes the latest.
    package var all: [AssetVersion] { Set(local).union(inStore ?? []).sorted(by: >) }
}

/// Where versions of an asset were looked for.
package struct SearchedPlaces: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// Whether a store was searched.
    package enum Store: Sendable, Equatable {
        case searched
        /// There is one, and nothing may be requested.
        case offline
        /// Pre-downloaded mode.
        case none
    }

    /// `store/modelkit-assets/nlp/lexicon.versions`
    package let paths: [String]
    package let store: Store

    package init(_ paths: [String], store: Store) {
        self.paths = paths
        self.store = store
    }

    package init(arrayLiteral paths: String...) { self.init(paths, store: .searched) }
}

/// What stands in the assets directory under a version's name.
package enum LocalState: Sendable, Equatable {
    case missing
    /// Whole, with its marker (or version-named, in pre-downloaded mode).
    case complete
    /// Fetched in part: these paths are there, sorted. Whether they are all that is asked for is planning's to say.
    case partial(paths: [RelativePath])
    /// Something is there that cannot be taken for the asset, and why.
    case incomplete(LocalFault)
}

/// A version's `.meta`.
package struct VersionMetadata: Sendable, Equatable {
    package let kind: AssetKind
    /// Seconds since 1970, whole ones.
    package let pushTime: Int64
    /// One with no path for a file asset; in the order of `.meta` for a directory.
    package var objects: [ObjectFacts]
    /// As this tool's pushes record them; Python modelkit records none.
    package let dependencies: [AssetSpecification]

    package init(
        kind: AssetKind, pushTime: Int64, objects: [ObjectFacts], dependencies: [AssetSpecification] = []
    ) {
        self.kind = kind
        self.pushTime = pushTime
        self.objects = objects
        self.dependencies = dependencies
    }
}

/// Who says what the content of an object must be.
package enum DigestRecorder: Sendable, Hashable {
    case spec, lock
    /// In the version's `.meta`.
    case store
}

/// A store that was asked has no `.meta` of a version, or there is no store.
package struct NoMetadata: Error {
    /// What it said.
    package let cause: any Error

    package init(cause: any Error) { self.cause = cause }
}

/// One object of a version.
package struct ObjectFacts: Sendable, Equatable {
    /// Nil where the asset is one file.
    package let path: RelativePath?
    /// In bytes; nil where the store has not been asked.
    package var size: Int64?
    /// Of the content; nil where nobody recorded it.
    package var sha256: SHA256Digest?
    /// Who recorded the digest, or what stands in for it.
    package var recorder = DigestRecorder.store
    /// Stands in for a SHA-256 that nobody knows yet: what a store tells of the object as it is stored.
    package var checksum: ObjectChecksum?

    package init(
        path: RelativePath?, size: Int64? = nil, sha256: SHA256Digest? = nil, checksum: ObjectChecksum? = nil
    ) {
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.checksum = checksum
    }
}
