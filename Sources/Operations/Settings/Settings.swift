package import AssetModel
internal import Execution
package import Planning
package import StoreProviders
internal import StoreTransport

/// Everything that says how a run goes, each setting by itself from the flag, the environment variable, the spec file
/// or the default, and with the place that it came from.
package struct Settings: Sendable {
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
    static let defaultJobs = 64
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

    package static let defaultPrefix = "modelkit-assets"

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
