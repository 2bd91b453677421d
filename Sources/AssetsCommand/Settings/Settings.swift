internal import AssetModel
internal import Execution
internal import Planning
internal import StoreProviders
internal import StoreTransport

/// Everything that says how a run goes, each setting by itself from the flag, the environment variable, the spec file
/// or the default, and with the place that it came from.
struct Settings: Sendable {
    let assetsDirectory: Setting<String>?
    /// Nil: there is no cache.
    let cacheDirectory: Setting<String>?
    /// Nil: pre-downloaded mode.
    let provider: Setting<Provider>?
    let bucket: Setting<String>?
    let prefix: Setting<String>
    let versioning: Setting<VersioningSystem>
    let duplicates: Setting<DuplicatesPolicy>
    let forceDownload: Setting<Bool>
    let lockTimeout: Setting<Double>
    let sourceDate: Setting<Int64>?
    let jobs: Setting<Int>
    /// Nothing is asked of the store.
    let isOffline: Bool
    /// For how long a request is tried again, in seconds.
    let storageTimeout: Setting<Double>
    let s3: S3Overrides
    let gcs: GCSOverrides
    /// What providers look further settings and credentials up in.
    let environment: ProcessEnvironment

    static let defaultPrefix = "modelkit-assets"

    /// The environment variables that are read, for `check` and the help.
    enum Variable {
        static let assetsDirectory = ["MODELKIT_ASSETS_DIR"]
        static let cacheDirectory = ["MODELKIT_ASSETS_CACHE_DIR"]
        /// modelkit's newer name beats its older one.
        static let provider = ["MODELKIT_STORAGE_PROVIDER", "STORAGE_PROVIDER"]
        static let bucket = ["MODELKIT_STORAGE_BUCKET"]
        static let prefix = ["MODELKIT_STORAGE_PREFIX"]
        static let versioning = ["MODELKIT_ASSETS_VERSIONING_SYSTEM"]
        static let forceDownload = ["MODELKIT_STORAGE_FORCE_DOWNLOAD"]
        static let lockTimeout = ["MODELKIT_ASSETS_TIMEOUT_S"]
        static let sourceDate = ["SOURCE_DATE_EPOCH"]
        static let storageTimeout = ["MODELKIT_STORAGE_TIMEOUT_S"]
        /// modelkit's own name; boto3's are the provider's to read.
        static let endpoint = ["S3_ENDPOINT"]
        static let trustSpecEndpoint = ["MODELKIT_ASSETS_TRUST_SPEC_ENDPOINT"]
    }
}

/// The kinds of store.
enum Provider: String, CaseIterable, Sendable {
    case local
    case s3
    case gcs
}

/// What the flags say; nil where there is none.
struct SettingFlags: Sendable {
    var assetsDirectory: String?
    var cacheDirectory: String?
    var provider: String?
    var bucket: String?
    var prefix: String?
    var versioning: String?
    var region: String?
    var endpoint: String?
    var isAnonymous = false
    var trustsSpecEndpoint = false
    var forceDownload = false
    var isOffline = false
    var jobs: Int?
}

/// A setting whose value cannot be used.
struct SettingFault: Error, Equatable {
    /// `storage provider`
    let name: String
    let value: Setting<String>
    let expected: String
    let hint: String?
}

extension Settings {
    /// - Parameter manifest: of the spec file; nil for commands without one.
    init(flags: SettingFlags, environment: ProcessEnvironment, manifest: Manifest?) throws(SettingFault) {
        let sources = SettingSources(environment: environment)
        let storage = manifest?.storage ?? StorageSection()
        assetsDirectory = sources.text(("--assets-dir", flags.assetsDirectory), Variable.assetsDirectory)
        cacheDirectory = Self.cacheDirectory(flags.cacheDirectory, environment)
        provider = try Self.provider(
            sources.text(("--provider", flags.provider), Variable.provider, file: storage.provider))
        bucket = try Self.bucket(
            sources.text(("--bucket", flags.bucket), Variable.bucket, file: storage.bucket), provider: provider?.value)
        prefix = Self.prefix(
            sources.text(("--prefix", flags.prefix), Variable.prefix, file: storage.prefix), provider: provider?.value)
        versioning =
            try Self.versioningOverride(flags: flags, environment: environment) ?? manifest?.versioning
            ?? Setting(.majorMinor, from: .builtIn)
        duplicates = manifest?.duplicates ?? Setting(.allow, from: .builtIn)
        forceDownload =
            flags.forceDownload
            ? Setting(true, from: .flag("--force-download"))
            : environment.first(Variable.forceDownload)?.map { _ in true } ?? Setting(false, from: .builtIn)
        lockTimeout =
            try sources.number("lock time-out", Variable.lockTimeout, parse: ClampedSeconds.parsed)
            ?? Setting(LockPatience.defaultSeconds, from: .builtIn)
        sourceDate = try sources.number("source date", Variable.sourceDate) { Int64($0) }
        isOffline = flags.isOffline
        jobs =
            flags.jobs.map { Setting($0, from: .flag("--jobs")) }
            ?? Setting(ExecutionOptions.defaultWindow, from: .builtIn)
        storageTimeout =
            try sources.number("storage time-out", Variable.storageTimeout) {
                ClampedSeconds.parsed($0).flatMap { $0 > 0 ? $0 : nil }
            }
            ?? Setting(RetryPolicy.defaultBudget, from: .builtIn)
        let trust =
            try flags.trustsSpecEndpoint
            ? Setting(true, from: .flag("--trust-spec-endpoint")) : sources.truth(Variable.trustSpecEndpoint)
        s3 = S3Overrides(
            region: sources.text(("--region", flags.region), [], file: storage.region),
            endpoint: sources.text(("--endpoint", flags.endpoint), Variable.endpoint, file: storage.endpoint),
            anonymous: flags.isAnonymous ? Setting(true, from: .flag("--no-sign-request")) : storage.anonymous,
            specEndpointTrust: trust,
            specVariables: manifest?.variables ?? [])
        gcs = GCSOverrides(
            endpoint: flags.endpoint.map { Setting($0, from: .flag("--endpoint")) }, anonymous: s3.anonymous)
        self.environment = environment
    }

    /// Python modelkit joins prefix and name by a slash, whatever the prefix ends with: in a bucket the keys of `team/`
    /// begin with `team//`. In a folder two slashes are one.
    private static func prefix(_ setting: Setting<String>?, provider: Provider?) -> Setting<String> {
        guard let setting else { return Setting(defaultPrefix, from: .builtIn) }
        guard provider == .local else { return setting }
        return setting.map { PathText.components(of: $0).joined(separator: "/") }
    }

    /// - Parameter flag: what `--cache-dir` says.
    static func cacheDirectory(_ flag: String?, _ environment: ProcessEnvironment) -> Setting<String>? {
        SettingSources(environment: environment).text(("--cache-dir", flag), Variable.cacheDirectory)
    }

    /// What beats the spec file's `versioning:`; needed before the file is read, since it says what a version is.
    static func versioningOverride(
        flags: SettingFlags, environment: ProcessEnvironment
    ) throws(SettingFault) -> Setting<VersioningSystem>? {
        let sources = SettingSources(environment: environment)
        guard let setting = sources.text(("--versioning", flags.versioning), Variable.versioning) else { return nil }
        guard let system = VersioningSystem.named(setting.value) else {
            throw SettingFault(name: "versioning system", value: setting, among: VersioningSystem.all.map(\.name))
        }
        return setting.map { _ in system }
    }

    /// How long to wait for a lock; strictly what was said, where something was.
    var lockPatience: LockPatience {
        lockTimeout.provenance == .builtIn ? LockPatience() : LockPatience(seconds: lockTimeout.value)
    }

    private static func provider(_ setting: Setting<String>?) throws(SettingFault) -> Setting<Provider>? {
        guard let setting, setting.value != "none" else { return nil }
        guard let provider = Provider(rawValue: setting.value) else {
            throw SettingFault(name: "storage provider", value: setting, among: Provider.allCases.map(\.rawValue))
        }
        return setting.map { _ in provider }
    }

    /// A folder that the spec file names is relative to the file. An address with a password goes no further: a bucket's
    /// name is a part of many messages.
    private static func bucket(
        _ setting: Setting<String>?, provider: Provider?
    ) throws(SettingFault) -> Setting<String>? {
        if let setting, let provider, provider != .local, setting.value.contains("@") {
            throw SettingFault(
                name: "name of a bucket", value: setting, expected: "the bucket's name alone",
                hint: "an endpoint is named by \(provider == .s3 ? "S3_ENDPOINT" : "STORAGE_EMULATOR_HOST")")
        }
        guard let setting, provider == .local, case .file(let location) = setting.provenance,
            !setting.value.hasPrefix("/"), let slash = location.file.lastIndex(of: "/")
        else { return setting }
        return setting.map { location.file[...slash] + $0 }
    }
}

extension SettingFault {
    init(name: String, value: Setting<String>, among known: [String]) {
        self.init(
            name: name, value: value, expected: "one of \(known.joined(separator: ", "))",
            hint: nearestWord(to: value.value, in: known).map { "did you mean `\($0)`?" })
    }
}

/// Looks a setting up where it can come from, in their order.
private struct SettingSources {
    let environment: ProcessEnvironment

    func text(
        _ flag: (name: String, value: String?), _ variables: [String], file: Setting<String>? = nil
    ) -> Setting<String>? {
        flag.value.map { Setting($0, from: .flag(flag.name)) } ?? environment.first(variables) ?? file
    }

    /// What gives something away asks for more than that a variable is set to something.
    func truth(_ variables: [String]) throws(SettingFault) -> Setting<Bool>? {
        guard let setting = environment.first(variables) else { return nil }
        guard let value = ["true": true, "1": true, "false": false, "0": false][setting.value.lowercased()] else {
            throw SettingFault(
                name: "value of \(variables[0])", value: setting, expected: "`true` or `false`", hint: nil)
        }
        return setting.map { _ in value }
    }

    func number<Value>(
        _ name: String, _ variables: [String], parse: (String) -> Value?
    ) throws(SettingFault) -> Setting<Value>? {
        guard let setting = environment.first(variables) else { return nil }
        guard let value = parse(setting.value) else {
            throw SettingFault(name: name, value: setting, expected: "a number of seconds", hint: nil)
        }
        return setting.map { _ in value }
    }
}
