import AssetModel
import Planning

/// From the tree to a manifest. Goes on after a mistake, so that all of a file's are reported at once.
struct ManifestDecoder {
    /// Of the format, the only one there is.
    static let formatVersion = "1"

    private let substitution: Substitution
    private let versioningOverride: VersioningSystem?
    var diagnostics: DiagnosticList
    /// In which versions are read; several where the file's own is a mistake, so that it does not become many.
    private(set) var systems: [VersioningSystem] = []
    private var variables: [Setting<String>] = []

    init(context: SpecContext, diagnostics: DiagnosticList) {
        substitution = Substitution(variables: context.variables)
        versioningOverride = context.versioning
        self.diagnostics = diagnostics
    }

    /// Nil where it is not even a mapping; a manifest that lacks what was reported otherwise.
    mutating func manifest(_ root: YAMLNode) -> Manifest? {
        if root.isNull {
            diagnostics.add(.emptyFile, at: root.span)
            return nil
        }
        guard let fields = fields(of: root, as: FileKey.self, for: .file) else { return nil }
        checkVersion(fields, root: root)
        let storage = storage(fields[.storage])
        let versioning = setting(fields[.versioning], code: "versioning", VersioningSystem.all.map(\.name)) {
            VersioningSystem.named($0)
        }
        systems = systems(versioning, isWritten: fields[.versioning].map { !$0.value.isNull } ?? false)
        let duplicates = setting(fields[.duplicates], code: "duplicates", DuplicatesPolicy.allCases.map(\.rawValue)) {
            DuplicatesPolicy(rawValue: $0)
        }
        let entries = entries(fields, root: root)
        EntryChecks(entries).report(to: &diagnostics)
        return Manifest(
            file: diagnostics.source.file, storage: storage, versioning: versioning, duplicates: duplicates,
            entries: entries, variables: variables)
    }

    private func systems(_ versioning: Setting<VersioningSystem>?, isWritten: Bool) -> [VersioningSystem] {
        if let system = versioningOverride ?? versioning?.value { return [system] }
        return isWritten ? VersioningSystem.all : [.majorMinor]
    }

    private mutating func checkVersion(_ fields: Fields<FileKey>, root: YAMLNode) {
        if fields.lacks(.version) { diagnostics.add(.missingVersion(isEmpty: false), at: root.span) }
        guard let pair = fields[.version] else { return }
        if pair.value.isNull { diagnostics.add(.missingVersion(isEmpty: true), at: pair.keySpan) }
        guard let text = text(pair.value, for: .key(pair.key)), text.value != Self.formatVersion else { return }
        diagnostics.add(.unknownVersion(text), at: text.span)
    }

    private mutating func entries(_ fields: Fields<FileKey>, root: YAMLNode) -> [ManifestEntry] {
        if fields.lacks(.assets) { diagnostics.add(.missingAssets(isEmpty: false), at: root.span) }
        guard let pair = fields[.assets] else { return [] }
        if pair.value.isNull {
            diagnostics.add(.missingAssets(isEmpty: true), at: pair.keySpan)
            return []
        }
        guard let items = pair.value.items else {
            wrongType(pair.value, for: .key(pair.key), expected: .assets)
            return []
        }
        var entries: [ManifestEntry] = []
        for item in items {
            if let entry = entry(item) { entries.append(entry) }
        }
        return entries
    }

    // MARK: - Texts

    /// The text of a node, variables replaced; nil where there is nothing, or something else, which is reported.
    mutating func text(_ node: YAMLNode, for subject: SpecSubject) -> SpecText? {
        switch node.content {
        case .null, .unusable: return nil
        case .scalar(let written): return substituted(written, node)
        case .sequence, .mapping:
            wrongType(node, for: subject, expected: .string)
            return nil
        }
    }

    private mutating func substituted(_ written: String, _ node: YAMLNode) -> SpecText? {
        do throws(SubstitutionFault) {
            let substituted = try substitution(written, isSuggesting: !diagnostics.isFull)
            let text = SpecText(substituted.value, written: written, node: node)
            variables += substituted.variables.map { Setting($0, from: provenance(text)) }
            guard let control = text.value.unicodeScalars.first(where: \.isControl)
            else { return text }
            diagnostics.add(.control(control, in: text), at: text.span)
        } catch {
            diagnostics.add(error.fault, at: SpecText.span(in: node, error.range))
        }
        return nil
    }

    /// The text of an optional key; nil where it is empty, too.
    mutating func optionalText(_ pair: YAMLPair?) -> SpecText? {
        guard let pair, let text = text(pair.value, for: .key(pair.key)), !text.value.isEmpty else { return nil }
        return text
    }

    /// The texts of a list, without those that are mistakes.
    mutating func texts(_ pair: YAMLPair?) -> [SpecText] {
        guard let pair, !pair.value.isNull else { return [] }
        guard let items = pair.value.items else {
            wrongType(pair.value, for: .key(pair.key), expected: .strings)
            return []
        }
        var texts: [SpecText] = []
        for item in items {
            if let text = itemText(item, in: pair.key) { texts.append(text) }
        }
        return texts
    }

    private mutating func itemText(_ item: YAMLNode, in key: String) -> SpecText? {
        if item.isNull {
            diagnostics.add(.emptyItem(in: key), at: item.span)
            return nil
        }
        if key == EntryKey.dependsOn.rawValue, case .mapping = item.content {
            let fault = spacedSpecification(item) ?? (.dependencyMapping, item.span)
            diagnostics.add(fault.0, at: fault.1)
            return nil
        }
        guard let text = text(item, for: .item(of: key)) else { return nil }
        if text.value.isEmpty {
            diagnostics.add(.emptyItem(in: key), at: text.span)
            return nil
        }
        return text
    }

    /// The value of a key that knows a few words.
    mutating func setting<Value: Sendable>(
        _ pair: YAMLPair?, code: String, _ words: [String], _ make: (String) -> Value?
    ) -> Setting<Value>? {
        guard let text = optionalText(pair) else { return nil }
        guard let value = make(text.value) else {
            diagnostics.add(.unknownWord(text, for: code, words), at: text.span)
            return nil
        }
        return Setting(value, from: provenance(text))
    }

    func provenance(_ text: SpecText) -> Provenance { .file(diagnostics.source.location(text.span)) }
}
