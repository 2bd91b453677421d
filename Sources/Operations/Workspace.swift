internal import AssetModel
package import Planning
package import StoreTransport

/// What is wanted and how: the spec, and the settings that it, the environment and the flags make.
package struct Workspace: Sendable {
    package let manifest: Manifest
    package let settings: Settings
    /// The spec file that was read; nil where there is none.
    package let specFile: String?

    /// The spec file where none is named.
    package static let defaultSpec = SpecReading.defaultFile

    /// - Parameters:
    ///   - spec: the path of the spec file; `-` for standard input.
    ///   - isOptional: whether a default file that is not there is no error, since it only may say where the store is.
    package init(
        spec: String = defaultSpec, isOptional: Bool = false, flags: SettingFlags, environment: ProcessEnvironment
    ) throws(Faults) {
        (manifest, settings, specFile) = try SpecReading.read(
            spec, flags: flags, environment: environment, isOptional: isOptional)
    }

    /// Of one asset. The default spec file, if there is one, says where the store is.
    ///
    /// - Parameter asset: a specification string.
    package init(asset: String, flags: SettingFlags, environment: ProcessEnvironment) throws(Faults) {
        let own = try Workspace(isOptional: true, flags: flags, environment: environment)
        (settings, specFile) = (own.settings, own.specFile)
        let specification = try AssetSpecification(typed: asset, in: settings.versioning.value)
        let entry = ManifestEntry(
            name: specification.name, requirement: specification.requirement, subPart: specification.subPart)
        manifest = Manifest(file: "command line", entries: [entry])
    }

    /// Of a spec that was edited.
    init(manifest: Manifest, settings: Settings) {
        self.manifest = manifest
        self.settings = settings
        specFile = manifest.file
    }
}

/// What is asked of a spec.
package struct SpecRequest: Sendable {
    package let spec: String
    /// Whose entries are wanted besides those of no group.
    package let groups: Set<String>
    package let lock: LockRequest
    package let missingDirectory: MissingDirectory
    /// Whether what a merge mixed in the lock is no error, because the lock is made anew.
    package let mendsLock: Bool

    package init(
        spec: String, groups: Set<String> = [], lock: LockRequest, missingDirectory: MissingDirectory,
        mendsLock: Bool = false
    ) {
        self.spec = spec
        self.groups = groups
        self.lock = lock
        self.missingDirectory = missingDirectory
        self.mendsLock = mendsLock
    }
}

extension Session {
    /// With the lock beside the spec.
    package convenience init(_ workspace: Workspace, _ request: SpecRequest, retries: RetryLog) throws(Faults) {
        let lock = try SpecLock.read(
            besides: request.spec, request.lock, in: workspace.settings.versioning.value, mends: request.mendsLock)
        if case .only(let names) = request.lock.upgrade {
            let known = KnownAssets(workspace.manifest.entries, lock.lock, path: request.spec)
            for name in names.map(\.text).sorted() { _ = try known.find(name) }
        }
        try self.init(workspace, lock: lock, missingDirectory: request.missingDirectory, retries: retries)
    }
}
