package import AssetModel
internal import Execution
package import Planning
package import StoreProviders
internal import StoreTransport

/// Everything that says how a run goes, each setting by itself from the flag, the environment variable, the spec file
/// or the default, and with the place that it came from.
///
/// A class, since nearly every operation holds them and nothing changes them: a copy is a pointer, and the program smaller by
/// what copying each holder member by member took.
package final class Settings: Sendable {
    package let assetsDirectory: Setting<String>?
    /// Nil: there is no cache.
    package let cacheDirectory: Setting<String>?
    /// Nil: pre-downloaded mode.
    package let provider: Setting<Provider>?
    package let bucket: Setting<String>?
    package let prefix: Setting<String>
    package let versioning: Setting<VersioningSystem>
    package let duplicates: Setting<DuplicatesPolicy>
    package let forceDownload: Setting<Bool>
    package let lockTimeout: Setting<Double>
    package let sourceDate: Setting<Int64>?
    /// How many requests are sent at a time, transfers of an execution apart.
    package let jobs: Setting<Int>
    /// How many transfers an execution may have in flight.
    package var concurrency: ClosedRange<Int> {
        jobs.provenance == .builtIn ? 1...ExecutionOptions.mostConcurrency : jobs.value...jobs.value
    }
    /// Over all connections together, in bytes a second; nil for as fast as it goes.
    package let maxRate: Setting<Int64>?
    /// Whether a plan that does not fit into the free space is refused.
    package let checksSpace: Bool
    /// Nothing is asked of the store.
    package let isOffline: Bool
    /// For how long a request is tried again, in seconds.
    package let storageTimeout: Setting<Double>
    package let s3: S3Overrides
    package let gcs: GCSOverrides
    /// What providers look further settings and credentials up in.
    package let environment: ProcessEnvironment

    private static let defaultJobs = 64
    package static let defaultPrefix = "modelkit-assets"

    /// - Parameter manifest: of the spec file; nil for commands without one.
    package init(flags: SettingFlags, environment: ProcessEnvironment, manifest: Manifest?) throws(SettingFault) {
        let sources = SettingSources(environment: environment)
        let storage = manifest?.storage ?? StorageSection()
        assetsDirectory = sources.text(flags.assetsDirectory, Variable.assetsDirectory)
        cacheDirectory = Settings.cacheDirectory(flags.cacheDirectory, environment)
        provider = try Settings.provider(
            sources.text(flags.provider, Variable.provider, file: storage.provider))
        bucket = try Settings.bucket(
            sources.text(flags.bucket, Variable.bucket, file: storage.bucket), provider: provider?.value)
        prefix = Settings.prefix(
            sources.text(flags.prefix, Variable.prefix, file: storage.prefix), provider: provider?.value)
        versioning =
            try Settings.versioningOverride(flags: flags, environment: environment) ?? manifest?.versioning
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
        jobs = flags.jobs ?? Setting(Settings.defaultJobs, from: .builtIn)
        maxRate = if let flag = flags.maxRate { flag } else { try sources.rate(Variable.maxRate) }
        checksSpace = !flags.skipsSpaceCheck
        storageTimeout =
            if let own = flags.storageTimeout { own } else {
                try sources.number(.storageTimeout, Variable.storageTimeout) {
                    ClampedSeconds.parsed($0).flatMap { $0 > 0 ? $0 : nil }
                } ?? Setting(RetryPolicy.defaultBudget, from: .builtIn)
            }
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

    /// The environment variables that are read, for `check` and the help.
    package enum Variable {
        package static let assetsDirectory = ["MODELKIT_ASSETS_DIR"]
        package static let cacheDirectory = ["MODELKIT_ASSETS_CACHE_DIR"]
        /// modelkit's newer name beats its older one.
        package static let provider = ["MODELKIT_STORAGE_PROVIDER", "STORAGE_PROVIDER"]
        package static let bucket = ["MODELKIT_STORAGE_BUCKET"]
        package static let prefix = ["MODELKIT_STORAGE_PREFIX"]
        package static let versioning = ["MODELKIT_ASSETS_VERSIONING_SYSTEM"]
        package static let forceDownload = ["MODELKIT_STORAGE_FORCE_DOWNLOAD"]
        package static let lockTimeout = ["MODELKIT_ASSETS_TIMEOUT_S"]
        package static let maxRate = ["MODELKIT_ASSETS_MAX_RATE"]
        package static let sourceDate = ["SOURCE_DATE_EPOCH"]
        package static let storageTimeout = ["MODELKIT_STORAGE_TIMEOUT_S"]
        /// modelkit's own name; boto3's are the provider's to read.
        package static let endpoint = ["S3_ENDPOINT"]
        package static let trustSpecEndpoint = ["MODELKIT_ASSETS_TRUST_SPEC_ENDPOINT"]
    }
}

/// The kinds of store.
package enum Provider: String, CaseIterable, Sendable {
    case local
    case s3
    case gcs
}
