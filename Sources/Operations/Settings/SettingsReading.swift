package import AssetModel
internal import Execution

extension Settings {
    /// Python modelkit joins prefix and name by a slash, whatever the prefix ends with: in a bucket the keys of `team/`
    /// begin with `team//`. In a folder two slashes are one.
    static func prefix(_ setting: Setting<String>?, provider: Provider?) -> Setting<String> {
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

    static func provider(_ setting: Setting<String>?) throws(SettingFault) -> Setting<Provider>? {
        guard let setting, setting.value != "none" else { return nil }
        guard let provider = Provider(rawValue: setting.value) else {
            throw .unknownProvider(setting)
        }
        return setting.map { _ in provider }
    }

    /// A folder that the spec file names is relative to the file. An address with a password goes no further: a bucket's
    /// name is a part of many messages.
    static func bucket(
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
