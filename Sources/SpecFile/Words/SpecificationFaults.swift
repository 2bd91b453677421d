import AssetModel

// The words for names, versions and specification strings that break the grammar.

extension SpecFault {
    /// - Parameter isBare: Whether it is the value of `name:`, where a specification string would have more.
    static func name(_ fault: AssetNameFault, _ text: SpecText, part: String? = nil, isBare: Bool = false) -> SpecFault
    {
        let name = part ?? text.value
        return SpecFault(
            "name",
            name.isEmpty ? "empty asset name" : "invalid asset name \(text.quotedValue(part)): it \(fault.words)",
            expected: AssetNameFault.expectation,
            hint: isBare ? bareNameHint(name) ?? nameHint(name) : nameHint(name))
    }

    private static func bareNameHint(_ name: String) -> String? {
        guard (try? AssetName(String(name.prefix { $0 != ":" && $0 != "[" }))) != nil else { return nil }
        if name.contains("[") { return "use the short form for a part of an asset: \(quoted("- " + name))" }
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let version = name[name.index(after: colon)...]
        return "use a separate key for the version: `version: \"\(version)\"`"
    }

    private static func nameHint(_ name: String) -> String? {
        if let sign = name.firstIndex(where: { "@=<>!~^".contains($0) }) {
            return "write the version after a colon: \(quoted("\(name[..<sign]):1.4")); use `version:` for comparators"
        }
        if name.contains("\\") { return "separate the name's components with `/`" }
        let trimmed = name.drop { "./".contains($0) }
        return trimmed.count < name.count && (try? AssetName(String(trimmed))) != nil
            ? "did you mean \(quoted(trimmed))?" : nil
    }

    static func requirement(_ fault: VersionRequirementFault, _ text: SpecText, in systems: [VersioningSystem])
        -> SpecFault
    {
        switch fault {
        case .notAVersion(let part): version(part, text, in: systems, isShort: false)
        case .notAComparator(let part):
            SpecFault(
                "version",
                "\(part.isEmpty ? "empty comparator" : "invalid comparator \(quoted(part))") in \(text.quotedValue())",
                expected: "comparators joined by commas, such as `>=3.1, <4`",
                hint: part.isEmpty
                    ? "remove the stray comma" : "start it with " + choice(comparators))
        }
    }

    private static let comparators = ["=", "!=", ">", ">=", "<", "<="]

    static func specification(
        _ fault: AssetSpecificationFault, _ text: SpecText, in systems: [VersioningSystem]
    ) -> SpecFault {
        switch fault {
        case .name(let fault, let part): name(fault, text, part: part)
        case .version(let part): version(part, text, in: systems, isShort: true)
        case .subPart(let fault, let part):
            SpecFault(
                "sub-part",
                part.isEmpty ? "empty part in brackets" : "invalid part \(text.quotedValue(part)): it \(fault.words)",
                expected: RelativePathFault.expectation)
        case .bracket:
            SpecFault(
                "sub-part", "invalid brackets in \(text.quotedValue()): the part must come last",
                expected: "`name[:version][path]`, such as `nlp/lexicon:1[en/words.txt]`")
        }
    }

    private static func version(_ part: String, _ text: SpecText, in systems: [VersioningSystem], isShort: Bool)
        -> SpecFault
    {
        let system = systems.first ?? .majorMinor
        let names = systems.map(\.name).joined(separator: "` or `")
        let what =
            part.isEmpty
            ? "empty version in \(text.quotedValue())" : "invalid `\(names)` version \(text.quotedValue(part))"
        return SpecFault(
            "version", what, expected: systems.map(\.form).joined(separator: "; or "),
            hint: versionHint(part, in: system, isShort: isShort))
    }

    private static func versionHint(_ part: String, in system: VersioningSystem, isShort: Bool) -> String? {
        if let other = VersioningSystem.all.first(where: { $0 != system && $0.version(part) != nil }) {
            return "this version needs `versioning: \(other.name)`"
        }
        guard let first = part.first else { return "omit the colon for the latest version" }
        let bare = String(part.drop { "vV^~=<>! ".contains($0) })
        let isVersion = system.version(bare) != nil
        if isShort, "<>=!".contains(first) {
            return "use the long form for comparators: `version: \"\(part)\"` under `name:`"
        }
        if "^~".contains(first) {
            return "write a range with comparators under `name:`, as in `version: \">=3.1, <4\"`"
        }
        if "vV".contains(first), isVersion { return "did you mean `\(bare)`?" }
        if part.hasSuffix(".*") || part.hasSuffix(".x") { return anyHint(part.dropLast(2), in: system) }
        return didYouMean(part, among: ["latest"])
    }

    private static func anyHint(_ stem: Substring, in system: VersioningSystem) -> String? {
        system.version(String(stem)).map { "`\($0)` matches any `\($0).*`" }
    }
}
