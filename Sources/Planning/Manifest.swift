package import AssetModel

/// What an assets.yaml asks for.
package struct Manifest: Sendable, Equatable {
    /// The file's path as it was given.
    package let file: String
    package let storage: StorageSection
    package let versioning: Setting<VersioningSystem>?
    package let duplicates: Setting<DuplicatesPolicy>?
    /// In the order of the file.
    package let entries: [ManifestEntry]
    /// The names of the environment's variables whose values the file's texts hold, each with its place.
    package let variables: [Setting<String>]

    package init(
        file: String, storage: StorageSection = StorageSection(), versioning: Setting<VersioningSystem>? = nil,
        duplicates: Setting<DuplicatesPolicy>? = nil, entries: [ManifestEntry], variables: [Setting<String>] = []
    ) {
        self.file = file
        self.storage = storage
        self.versioning = versioning
        self.duplicates = duplicates
        self.entries = entries
        self.variables = variables
    }
}

/// The `storage:` section: each key by itself, with its place in the file.
package struct StorageSection: Sendable, Equatable {
    package var provider: Setting<String>?
    /// For the local provider a folder, relative to the spec file.
    package var bucket: Setting<String>?
    package var prefix: Setting<String>?
    package var region: Setting<String>?
    package var endpoint: Setting<String>?
    /// Whether requests go out without credentials, as a public bucket takes them.
    package var anonymous: Setting<Bool>?

    package init() {}
}

/// Whether one plan may hold two versions of an asset.
package enum DuplicatesPolicy: String, Sendable, CaseIterable {
    case allow
    case deny
}

/// One item of `assets:`.
package struct ManifestEntry: Sendable, Equatable {
    package let name: AssetName
    package let requirement: VersionRequirement
    package let subPart: RelativePath?
    package let dependsOn: [ManifestDependency]
    /// Empty: always wanted.
    package let groups: [String]
    package let selection: FileSelection
    package let sha256: SHA256Digest?
    /// The place of the specification string, or of `name`.
    package let excerpt: SourceExcerpt?

    package init(
        name: AssetName, requirement: VersionRequirement, subPart: RelativePath? = nil,
        dependsOn: [ManifestDependency] = [], groups: [String] = [], selection: FileSelection = .all,
        sha256: SHA256Digest? = nil, excerpt: SourceExcerpt? = nil
    ) {
        self.name = name
        self.requirement = requirement
        self.subPart = subPart
        self.dependsOn = dependsOn
        self.groups = groups
        self.selection = selection
        self.sha256 = sha256
        self.excerpt = excerpt
    }

    /// The entry as a specification string.
    package var specification: AssetSpecification {
        AssetSpecification(name: name, requirement: requirement, subPart: subPart)
    }
}

/// One string of an entry's `depends_on`.
package struct ManifestDependency: Sendable, Equatable {
    package let specification: AssetSpecification
    package let excerpt: SourceExcerpt?

    package init(_ specification: AssetSpecification, excerpt: SourceExcerpt? = nil) {
        self.specification = specification
        self.excerpt = excerpt
    }
}
