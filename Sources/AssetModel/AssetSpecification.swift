/// modelkit's asset specification string: `name[:version][[sub/part]]`, such as `nlp/lexicon:1[en/words.txt]`.
package struct AssetSpecification: Hashable, Sendable, CustomStringConvertible {
    package let name: AssetName
    package let requirement: VersionRequirement
    /// The file or folder inside the asset whose path is wanted. The whole asset is fetched all the same.
    package let subPart: RelativePath?

    package init(name: AssetName, requirement: VersionRequirement, subPart: RelativePath? = nil) {
        self.name = name
        self.requirement = requirement
        self.subPart = subPart
    }

    package var description: String {
        let version = requirement == .latest ? "" : ":\(requirement)"
        return name.text + version + (subPart.map { "[\($0)]" } ?? "")
    }

    /// Reads a specification string.
    package init(parsing text: String, in system: VersioningSystem) throws(AssetSpecificationFault) {
        var rest = text[...]
        subPart = try Self.takeSubPart(from: &rest)
        requirement = try Self.takeRequirement(from: &rest, in: system)
        do {
            name = try AssetName(String(rest))
        } catch {
            throw .name(error, text: String(rest))
        }
    }

    private static func takeSubPart(from rest: inout Substring) throws(AssetSpecificationFault) -> RelativePath? {
        // By bytes, as in all that a lock of ten thousand assets is read with.
        guard let open = rest.utf8.firstIndex(of: UInt8(ascii: "[")) else {
            if rest.utf8.contains(UInt8(ascii: "]")) { throw .bracket }
            return nil
        }
        guard rest.utf8.last == UInt8(ascii: "]") else { throw .bracket }
        // modelkit lets the sub-part begin with a slash and drops it.
        let part = rest.utf8[open...].dropFirst().dropLast().drop { $0 == UInt8(ascii: "/") }
        let inside = String(Substring(part))
        rest = rest[..<open]
        do {
            return try RelativePath(inside)
        } catch {
            throw .subPart(error, text: inside)
        }
    }

    private static func takeRequirement(
        from rest: inout Substring, in system: VersioningSystem
    ) throws(AssetSpecificationFault) -> VersionRequirement {
        guard let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) else { return .latest }
        let spelling = String(rest[rest.utf8.index(after: colon)...])
        rest = rest[..<colon]
        if spelling == "latest" { return .latest }
        guard let version = system.version(spelling) else { throw .version(text: spelling) }
        return VersionRequirement(naming: version, in: system)
    }
}

/// Why a text is not a specification string.
package enum AssetSpecificationFault: Error, Hashable {
    case name(AssetNameFault, text: String)
    case version(text: String)
    case subPart(RelativePathFault, text: String)
    /// `[` and `]` do not enclose the end of the text.
    case bracket
}

/// One version of one asset.
package struct AssetPin: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let name: AssetName
    package let version: AssetVersion

    package init(name: AssetName, version: AssetVersion) {
        self.name = name
        self.version = version
    }

    package var description: String { "\(name):\(version)" }

    package static func < (left: AssetPin, right: AssetPin) -> Bool {
        left.name == right.name ? left.version < right.version : left.name < right.name
    }
}
