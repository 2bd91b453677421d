package import AssetModel

/// A setting whose value cannot be used.
package enum SettingFault: Error, Equatable {
    case unknownProvider(Setting<String>)
    case unknownVersioning(Setting<String>)
    /// The name of a bucket that is an address, which may have a password in it.
    case bucketIsAddress(Setting<String>, Provider)
    /// Neither true nor false.
    case notTruth(Setting<String>, variable: String)
    case notSeconds(Setting<String>, SettingOfSeconds)
    case notRate(Setting<String>)

    package var setting: Setting<String> {
        switch self {
        case .unknownProvider(let setting), .unknownVersioning(let setting), .bucketIsAddress(let setting, _),
            .notTruth(let setting, _), .notSeconds(let setting, _), .notRate(let setting):
            setting
        }
    }
}

/// The settings that are numbers of seconds.
package enum SettingOfSeconds: Sendable {
    case lockTimeout, sourceDate, storageTimeout
}
