/// Where this tool keeps its own things in the assets directory. No asset's name begins with a dot, and no name or
/// version holds an `@`, so nothing here can be taken for an asset or for another one's.
///
/// ```
/// .modelkit-assets/staging/nlp/lexicon/@2.0/content      what arrives, before it appears
/// .modelkit-assets/staging/nlp/lexicon/@2.0/encoded      what arrives encoded, and is decoded into content
/// .modelkit-assets/staging/nlp/lexicon/@2.0/journal      what has arrived
/// .modelkit-assets/staging/nlp/lexicon/@2.0.removing     what is being removed, and `@2.0.removed` out of sight
/// .modelkit-assets/partial/nlp/lexicon/@2.0              the paths of an asset that was fetched in part
/// .modelkit-assets/applying                              the digest of the sealed plan that is being applied
/// .modelkit-assets/replaced/nlp/lexicon/@2.0             what stood at an asset's place and was somebody's own
/// ```
package enum ToolLayout {
    package static let folder = ".modelkit-assets"
    package static let stagingFolder = "\(folder)/staging"
    package static let partialFolder = "\(folder)/partial"
    package static let replacedFolder = "\(folder)/replaced"

    package static let planUnderWay = "applying"

    package static let content = "content"
    package static let encoded = "encoded"
    package static let journal = "journal"

    package static func staging(of pin: AssetPin) -> String { "\(stagingFolder)/\(pin.name)/\(entry(of: pin))" }
    package static func partialRecords(of name: AssetName) -> String { "\(partialFolder)/\(name)" }
    package static func replacedContent(of name: AssetName) -> String { "\(replacedFolder)/\(name)" }
    /// In the store, relative to modelkit's prefix: there while the version is being pushed.
    package static func claimObject(of pin: AssetPin) -> String { "\(pin.name)/\(pin.version).pushing" }

    package static func entry(of pin: AssetPin) -> String { "@\(pin.version)" }
}
