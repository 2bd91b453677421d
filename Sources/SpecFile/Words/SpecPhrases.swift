import AssetModel

// What diagnostics are about and what would have been right, as values, with their words.

/// Where keys stand.
enum SpecPlace: Sendable {
    case file, storage, asset
    case lock, lockedAsset, lockedDependency, lockedFile

    var words: String {
        switch self {
        case .file: "at the top level"
        case .storage: "in `storage`"
        case .asset: "in an asset"
        case .lock: "in the lockfile"
        case .lockedAsset: "in an asset of the lockfile"
        case .lockedDependency: "in a dependency of the lockfile"
        case .lockedFile: "in a file of the lockfile"
        }
    }
}

/// What a node is.
enum SpecSubject: Equatable, Sendable {
    case file, asset
    case key(String)
    case item(of: String)
    case lock, lockedDependency, lockedFile

    var words: String {
        switch self {
        case .file: "the file"
        case .asset: "an asset"
        case .key(let key): "`\(key)`"
        case .item(let key): "an item of `\(key)`"
        case .lock: "the lockfile"
        case .lockedDependency: "a dependency"
        case .lockedFile: "a file"
        }
    }
}

/// What a node should be.
enum SpecExpectation: Sendable {
    case string
    case assets, strings, list
    case mapping([String])
    case specificationOrMapping
    case lockValue(LockValue)
    case files(of: AssetKind)

    var isList: Bool {
        switch self {
        case .assets, .strings, .list: true
        case .string, .mapping, .specificationOrMapping, .lockValue, .files: false
        }
    }

    var words: String {
        switch self {
        case .string: "a string"
        case .assets: "a list of assets"
        case .strings: "a list of strings"
        case .list: "a list"
        case .mapping(let keys): "a mapping with " + choice(keys)
        case .specificationOrMapping: "a specification string or a mapping with `name`"
        case .files(of: .file): "one file without a `path`"
        case .files(of: .directory): "files, each with a `path`"
        case .lockValue(let value): value.expectation
        }
    }
}

/// A value of a lock.
enum LockValue: Sendable {
    case formatVersion, name, kind, pushTime, digest, specification, path, size, checksum
    case version(VersioningSystem)

    var expectation: String {
        switch self {
        case .formatVersion: "`version: \(LockFile.formatVersion)`"
        case .name: "an asset's name"
        case .kind: "`file` or `directory`"
        case .pushTime: "a date and time, such as 2024-03-01T12:00:00Z"
        case .digest: "64 hexadecimal digits"
        case .specification: "a specification string, name[:version]"
        case .path: "a path inside the asset"
        case .size: "a number of bytes"
        case .checksum: "an algorithm and hexadecimal digits, such as CRC32C:1a2b3c4d"
        case .version(let system): "a \(system.name) version, \(system.form)"
        }
    }
}

extension YAMLNode {
    /// What it is, for messages.
    var kind: String {
        switch content {
        case .null(""): "nothing"
        case .null(let text): "nothing (`\(text)`)"
        case .scalar: "a string"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .unusable: "something else"
        }
    }
}
