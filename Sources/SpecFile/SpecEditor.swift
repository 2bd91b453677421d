package import AssetModel
package import Planning

/// Changes the entries of an assets.yaml and leaves every other byte, comments and layout, as it is.
///
/// Each edit is of the text, and is checked by reading the new text: its entries have to be the old ones and the change.
/// Where a layout keeps an edit from being one of these (an alias, a list within a list of another), nothing is changed.
package struct SpecEditor: Sendable {
    /// The text, with the edits.
    package private(set) var bytes: [UInt8]
    /// What the text says.
    package private(set) var manifest: Manifest
    private let file: String
    private let context: SpecContext

    package init(_ bytes: [UInt8], file: String, context: SpecContext) throws(SpecReport) {
        self.bytes = bytes
        self.file = file
        self.context = context
        manifest = try SpecFile.read(bytes, file: file, context: context)
    }

    /// Appends an entry to the list.
    package mutating func add(_ entry: NewEntry) throws(SpecEditFault) {
        try change(to: manifest.entries + [entry.manifestEntry], or: entry.line) { layout in layout.add(entry) }
    }

    /// Gives the entry at a place the requirement and the part of a specification of the same asset.
    package mutating func change(_ specification: AssetSpecification, at index: Int) throws(SpecEditFault) {
        var entries = manifest.entries
        entries[index] = entries[index].asking(for: specification)
        let entry = NewEntry(specification)
        try change(to: entries, or: entry.line) { layout in layout.change(entry, at: index) }
    }

    /// Removes the entry at a place.
    package mutating func remove(at index: Int) throws(SpecEditFault) {
        var entries = manifest.entries
        entries.remove(at: index)
        try change(to: entries, or: nil) { layout in layout.remove(at: index) }
    }

    private mutating func change(
        to entries: [ManifestEntry], or line: String?, _ edit: (SpecLayout) -> [UInt8]?
    ) throws(SpecEditFault) {
        // The byte order mark is no part of the text that an edit sees.
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let source = try? SourceText(bytes, file: file), let layout = SpecLayout(of: source),
            layout.items.count == manifest.entries.count, let edited = edit(layout)
        else { throw SpecEditFault(line: line) }
        let new = bytes[..<mark] + edited
        guard let read = try? SpecFile.read(Array(new), file: file, context: context),
            read.entries.elementsEqual(entries, by: { $0.isSame(as: $1) }), read.storage.isSame(as: manifest.storage)
        else { throw SpecEditFault(line: line) }
        bytes = Array(new)
        manifest = read
    }
}

/// An entry to be written.
package struct NewEntry: Sendable {
    package let specification: AssetSpecification
    package let groups: [String]

    package init(_ specification: AssetSpecification, groups: [String] = []) {
        self.specification = specification
        self.groups = groups
    }

    fileprivate var manifestEntry: ManifestEntry {
        ManifestEntry(
            name: specification.name, requirement: specification.requirement, subPart: specification.subPart,
            groups: groups)
    }

    /// Whether a specification string says all of it.
    var isShort: Bool {
        if case .comparators = specification.requirement.kind { return false }
        return groups.isEmpty
    }

    /// As a person would add it by hand.
    fileprivate var line: String { isShort ? "- \(specification)" : "- name: \(specification.name)" }
}

/// The layout of the file is not one that is edited; nothing was changed.
package struct SpecEditFault: Error, Hashable {
    /// What to write by hand; nil where something is to be removed.
    package let line: String?
}

extension ManifestEntry {
    fileprivate func asking(for specification: AssetSpecification) -> ManifestEntry {
        ManifestEntry(
            name: name, requirement: specification.requirement, subPart: specification.subPart, dependsOn: dependsOn,
            groups: groups, selection: selection, sha256: sha256, excerpt: excerpt)
    }

    /// Whether they ask for the same, wherever they stand.
    fileprivate func isSame(as other: ManifestEntry) -> Bool {
        name == other.name && requirement == other.requirement && subPart == other.subPart && groups == other.groups
            && selection == other.selection && sha256 == other.sha256
            && dependsOn.map(\.specification) == other.dependsOn.map(\.specification)
    }
}

extension StorageSection {
    /// Whether they say the same, wherever they stand.
    fileprivate func isSame(as other: StorageSection) -> Bool {
        [\.provider, \.bucket, \.prefix, \.region, \.endpoint].allSatisfy { (key: KeyPath<Self, Setting<String>?>) in
            self[keyPath: key]?.value == other[keyPath: key]?.value
        } && anonymous?.value == other.anonymous?.value
    }
}
