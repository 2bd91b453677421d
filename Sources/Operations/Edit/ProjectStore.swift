package import AssetModel
internal import Planning
internal import SpecFile
internal import StoreProviders

/// The store of a new spec file: what the settings say of it, without which a copy of the project on another machine would not
/// find it.
///
/// | setting | is written |
/// | --- | --- |
/// | provider, bucket | always; a folder below the working directory relative to the file |
/// | prefix, versioning | where they are not the default |
/// | region, anonymous | where a flag or another spec file says so; the region of the environment is that of a machine |
/// | endpoint | the same; credentials go there only where a flag or the environment says so too, or on loopback |
/// | credentials | never |
package struct ProjectStore: Sendable {
    /// Of the file, without newlines.
    package let lines: [String]
    /// What names an endpoint that is not written.
    package let unwrittenEndpoint: Provenance?

    /// - Parameter file: the path of the spec file.
    /// - Throws: where the settings name no store.
    init(_ settings: Settings, besides file: String) throws(Faults) {
        guard let provider = settings.provider else { throw Faults(.opening(.noStore)) }
        guard let bucket = settings.bucket else { throw Faults(.opening(.noBucket(provider))) }
        var storage = StorageSection()
        storage.provider = provider.map(\.rawValue)
        storage.bucket = provider.value == .local ? bucket.map { Self.path(of: $0, besides: file) } : bucket
        storage.prefix = settings.prefix.provenance == .builtIn ? nil : settings.prefix
        guard provider.value == .s3 else {
            self.init(storage, settings, unwritten: nil)
            return
        }
        storage.region = settings.s3.region
        storage.anonymous = settings.s3.anonymous
        var unwritten = settings.environment.first(Self.endpointVariables).map(\.provenance)
        if let endpoint = settings.s3.endpoint {
            if case .environment = endpoint.provenance {
                unwritten = endpoint.provenance
            } else {
                (storage.endpoint, unwritten) = (endpoint, nil)
            }
        }
        self.init(storage, settings, unwritten: unwritten)
    }

    package init(lines: [String], unwrittenEndpoint: Provenance?) {
        self.lines = lines
        self.unwrittenEndpoint = unwrittenEndpoint
    }

    private init(_ storage: StorageSection, _ settings: Settings, unwritten: Provenance?) {
        let versioning = settings.versioning
        self.init(
            lines: StorageText.lines(of: storage, versioning.provenance == .builtIn ? nil : versioning.value),
            unwrittenEndpoint: unwritten)
    }

    /// boto3's own, which the provider reads.
    private static let endpointVariables = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]

    /// A folder as the spec file names it. What was named by an absolute path outside of the working directory may be shared
    /// between machines, and stays absolute.
    private static func path(of folder: String, besides file: String) -> String {
        let (target, base) = (components(folder), components(file)?.dropLast())
        guard let target, let base, !base.contains("..") else { return AbsolutePath.of(folder) }
        let common = zip(base, target).prefix { $0 == $1 }.count
        let steps = Array(repeating: "..", count: base.count - common) + target.dropFirst(common).map(String.init)
        return steps.isEmpty ? "." : steps.joined(separator: "/")
    }

    /// From the working directory; nil for an absolute path that is not below it.
    private static func components(_ path: String) -> [Substring]? {
        let components = PathText.components(of: path).filter { $0 != "." }
        guard PathText.hasPrefix(path, "/") else { return components }
        let working = PathText.components(of: AbsolutePath.of("."))
        return components.starts(with: working) ? Array(components.dropFirst(working.count)) : nil
    }
}
