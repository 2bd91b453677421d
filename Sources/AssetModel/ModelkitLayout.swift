/// Where Python modelkit keeps things, in the store and in the assets directory. The only owner of these rules.
///
/// ```
/// store, below the prefix              assets directory
/// nlp/lexicon.versions                 .cache/nlp/lexicon.lock         flock, one a name
/// nlp/lexicon/2.0.meta                 nlp/lexicon/2.0/.SUCCESS        a directory asset's marker
/// nlp/lexicon/2.0/en/words.txt         nlp/lexicon/2.0/en/words.txt
/// nlp/vectors/1.4                      nlp/vectors/1.4                 a file asset
///                                      nlp/vectors/.1.4.SUCCESS        its marker
/// ```
///
/// Source: modelkit 0.1.3, `assets/remote.py` and `assets/manager.py`.
package enum ModelkitLayout {
    /// The empty file that says that an asset is whole.
    package static let marker = ".SUCCESS"
    /// modelkit's folder of lock files. No asset's name begins with a dot.
    package static let lockFolder = ".cache"
    package static let versionsSuffix = ".versions"
    package static let metaSuffix = ".meta"

    // MARK: In the store, relative to the prefix

    package static func versionsObject(of name: AssetName) -> String { name.text + versionsSuffix }
    package static func metaObject(of pin: AssetPin) -> String { dataObject(of: pin) + metaSuffix }
    package static func dataObject(of pin: AssetPin) -> String { "\(pin.name.text)/\(pin.version.text)" }
    package static func dataObject(of pin: AssetPin, path: RelativePath) -> String {
        "\(dataObject(of: pin))/\(path.text)"
    }

    // MARK: In the assets directory, relative to it

    package static func localPath(of pin: AssetPin) -> String { dataObject(of: pin) }
    /// The marker's name beside a file asset, in the folder of the asset's name.
    package static func fileMarker(of version: AssetVersion) -> String { ".\(version.text)\(marker)" }
    package static func lockFile(of name: AssetName) -> String { "\(lockFolder)/\(name.text).lock" }
}

/// Whether an asset is one file or a folder of files.
package enum AssetKind: String, Sendable, Hashable, Codable {
    case file
    case directory
}
