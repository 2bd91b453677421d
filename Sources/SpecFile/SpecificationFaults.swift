import AssetModel

// The words for names, versions and specification strings that break the grammar.

extension SpecFault {
    /// - Parameter isBare: Whether it is the value of `name:`, where a specification string would have more.
    static func name(_ fault: AssetNameFault, _ text: SpecText, part: String? = nil, isBare: Bool = false) -> SpecFault
    {
        let name = part ?? text.value
        return SpecFault(
            "name", name.isEmpty ? "the name is empty" : "the name \(text.quotedValue(part)) \(fault.words)",
            expected: AssetNameFault.expectation,
            hint: isBare ? bareNameHint(name) ?? nameHint(name) : nameHint(name))
    }

    private static func bareNameHint(_ name: String) -> String? {
        guard (try? AssetName(String(name.prefix { $0 != ":" && $0 != "[" }))) != nil else { return nil }
        if name.contains("[") { return "a part of an asset is written in the short form: \(quoted("- " + name))" }
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let version = name[name.index(after: colon)...]
        return "put the version under a key of its own: `version: \"\(version)\"`"
    }

    private static func nameHint(_ name: String) -> String? {
        if let sign = name.firstIndex(where: { "@=<>!~^".contains($0) }) {
            return "a version follows a colon: \(quoted("\(name[..<sign]):1.4")); comparators go under `version:`"
        }
        if name.contains("\\") { return "divide the name with `/`" }
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
                "\(text.quotedValue()) has \(part.isEmpty ? "an empty comparator" : "the comparator \(quoted(part))")",
                expected: "comparators joined by commas, such as `>=3.1, <4`",
                hint: part.isEmpty
                    ? "remove the comma that has nothing after it" : "begin it with " + choice(comparators))
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
                part.isEmpty ? "the part in brackets is empty" : "the part \(text.quotedValue(part)) \(fault.words)",
                expected: RelativePathFault.expectation)
        case .bracket:
            SpecFault(
                "sub-part", "the brackets of \(text.quotedValue()) do not enclose its end",
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
            ? "the version of \(text.quotedValue()) is empty" : "\(text.quotedValue(part)) is not a `\(names)` version"
        return SpecFault(
            "version", what, expected: systems.map(\.form).joined(separator: "; or "),
            hint: versionHint(part, in: system, isShort: isShort))
    }

    private static func versionHint(_ part: String, in system: VersioningSystem, isShort: Bool) -> String? {
        if let other = VersioningSystem.all.first(where: { $0 != system && $0.version(part) != nil }) {
            return "this is a version of another system: `versioning: \(other.name)`"
        }
        guard let first = part.first else { return "leave out the colon for the latest version" }
        let bare = String(part.drop { "vV^~=<>! ".contains($0) })
        let isVersion = system.version(bare) != nil
        if isShort, "<>=!".contains(first) {
            return "comparators go into the long form: `version: \"\(part)\"` below `name:`"
        }
        if "^~".contains(first) {
            return "write a range with comparators below `name:`, as in `version: \">=3.1, <4\"`"
        }
        if "vV".contains(first), isVersion { return "did you mean `\(bare)`?" }
        if part.hasSuffix(".*") || part.hasSuffix(".x") { return anyHint(part.dropLast(2), in: system) }
        return didYouMean(part, among: ["latest"])
    }

    private static func anyHint(_ stem: Substring, in system: VersioningSystem) -> String? {
        system.version(String(stem)).map { "`\($0)` alone means any `\($0).*`" }
    }
}
