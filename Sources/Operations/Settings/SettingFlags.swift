package import AssetModel

/// What the flags say, each with the flag's name; nil where there is none.
package struct SettingFlags: Sendable {
    package var assetsDirectory: Setting<String>?
    package var cacheDirectory: Setting<String>?
    package var provider: Setting<String>?
    package var bucket: Setting<String>?
    package var prefix: Setting<String>?
    package var versioning: Setting<String>?
    package var region: Setting<String>?
    package var endpoint: Setting<String>?
    package var isAnonymous: Setting<Bool>?
    package var trustsSpecEndpoint: Setting<Bool>?
    package var forceDownload: Setting<Bool>?
    package var jobs: Setting<Int>?
    /// In bytes a second.
    package var maxRate: Setting<Int64>?
    /// In seconds. No flag has it, but commands that have little time.
    package var storageTimeout: Setting<Double>?
    package var isOffline = false
    package var skipsSpaceCheck = false

    package init() {}
}
