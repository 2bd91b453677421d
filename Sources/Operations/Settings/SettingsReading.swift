package import AssetModel
internal import Execution
package import Planning
internal import StoreProviders
internal import StoreTransport

extension Settings {
    /// - Parameter manifest: of the spec file; nil for commands without one.
    package init(flags: SettingFlags, environment: ProcessEnvironment, manifest: Manifest?) throws(SettingFault) {
        let sources = SettingSources(environment: environment)
        let storage = manifest?.storage ?? StorageSection()
        assetsDirectory = sources.text(flags.assetsDirectory, Variable.assetsDirectory)
        cacheDirectory = Self.cacheDirectory(flags.cacheDirectory, environment)
        provider = try Self.provider(
            sources.text(flags.provider, Variable.provider, file: storage.provider))
        bucket = try Self.bucket(
            sources.text(flags.bucket, Variable.bucket, file: storage.bucket), provider: provider?.value)
        prefix = Self.prefix(
            sources.text(flags.prefix, Variable.prefix, file: storage.prefix), provider: provider?.value)
        versioning =
            try Self.versioningOverride(flags: flags, environment: environment) ?? manifest?.versioning
            ?? Setting(.majorMinor, from: .builtIn)
        duplicates = manifest?.duplicates ?? Setting(.allow, from: .builtIn)
        forceDownload =
            flags.forceDownload ?? environment.first(Variable.forceDownload)?.map { _ in true }
            ?? Setting(false, from: .builtIn)
        lockTimeout =
            try sources.number(.lockTimeout, Variable.lockTimeout, parse: ClampedSeconds.parsed)
            ?? Setting(LockPatience.defaultSeconds, from: .builtIn)
        sourceDate = try sources.number(.sourceDate, Variable.sourceDate) { Int64($0) }
        isOffline = flags.isOffline
        jobs = flags.jobs ?? Setting(Self.defaultJobs, from: .builtIn)
        maxRate = if let flag = flags.maxRate { flag } else { try sources.rate(Variable.maxRate) }
        checksSpace = !flags.skipsSpaceCheck
        storageTimeout =
            try sources.number(.storageTimeout, Variable.storageTimeout) {
                ClampedSeconds.parsed($0).flatMap { $0 > 0 ? $0 : nil }
            }
            ?? Setting(RetryPolicy.defaultBudget, from: .builtIn)
        let trust =
            if let flag = flags.trustsSpecEndpoint { flag } else { try sources.truth(Variable.trustSpecEndpoint) }
        s3 = S3Overrides(
            region: sources.text(flags.region, [], file: storage.region),
            endpoint: sources.text(flags.endpoint, Variable.endpoint, file: storage.endpoint),
            anonymous: flags.isAnonymous ?? storage.anonymous,
            specEndpointTrust: trust,
            specVariables: manifest?.variables ?? [])
        gcs = GCSOverrides(endpoint: flags.endpoint, anonymous: s3.anonymous)
        self.environment = environment
    }

    /// Python modelkit joins prefix and name by a slash, whatever the prefix ends with: in a bucket the keys of `team/`
    /// begin with `team//`. In a folder two slashes are one.
    private static func prefix(_ setting: Setting<String>?, provider: Provider?) -> Setting<String> {
        guard let setting else { return Setting(defaultPrefix, from: .builtIn) }
        guard provider == .local else { return setting }
        return setting.map { PathText.components(of: $0).joined(separator: "/") }
    }

    package static func cacheDirectory(_ flag: Setting<String>?, _ environment: ProcessEnvironment) -> Setting<String>?
    {
        SettingSources(environment: environment).text(flag, Variable.cacheDirectory)
    }

    /// What beats the spec file's `versioning:`; needed before the file is read, since it says what a version is.
    static func versioningOverride(
        flags: SettingFlags, environment: ProcessEnvironment
    ) throws(SettingFault) -> Setting<VersioningSystem>? {
        let sources = SettingSources(environment: environment)
        guard let setting = sources.text(flags.versioning, Variable.versioning) else { return nil }
        guard let system = VersioningSystem.named(setting.value) else {
            throw .unknownVersioning(setting)
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
            throw .unknownProvider(setting)
        }
        return setting.map { _ in provider }
    }

    /// A folder that the spec file names is relative to the file. An address with a password goes no further: a bucket's
    /// name is a part of many messages.
    private static func bucket(
        _ setting: Setting<String>?, provider: Provider?
    ) throws(SettingFault) -> Setting<String>? {
        if let setting, let provider, provider != .local, setting.value.utf8.contains(UInt8(ascii: "@")) {
            throw .bucketIsAddress(setting, provider)
        }
        guard let setting, provider == .local, case .file(let location) = setting.provenance,
            !PathText.hasPrefix(setting.value, "/"), let slash = location.file.utf8.lastIndex(of: UInt8(ascii: "/"))
        else { return setting }
        return setting.map { String(Substring(location.file.utf8[...slash])) + $0 }
    }
}
