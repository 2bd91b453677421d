package import AssetModel
package import Publishing

extension PushTarget {
    /// The first version of an asset.
    ///
    /// - Parameter name: as it was typed.
    package static func first(of name: String) throws(Faults) -> PushTarget { .new(try assetName(name)) }

    /// A further version.
    ///
    /// - Parameter asset: `name` or `name:major`, as it was typed.
    package static func further(
        of asset: String, bumpsMajor: Bool, in system: VersioningSystem
    ) throws(Faults) -> PushTarget {
        let (text, major) = splitAtColon(asset)
        let name = try assetName(text)
        if bumpsMajor, system == .simpleDate { throw Faults(.push(.noMajorVersions)) }
        guard let major else { return .update(name, bumpsMajor ? .major : .latest) }
        guard !bumpsMajor else { throw Faults(.push(.namesMajor(asset))) }
        guard let version = system.version(major), !system.isComplete(version), let number = version.components.first
        else { throw Faults(.push(.notMajor(major))) }
        return .update(name, .ofMajor(number))
    }

    private static func assetName(_ text: String) throws(Faults) -> AssetName {
        do throws(AssetNameFault) {
            return try AssetName(text)
        } catch {
            throw Faults(.push(.name(error, text: text)))
        }
    }

    private static func splitAtColon(_ text: String) -> (String, String?) {
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}
