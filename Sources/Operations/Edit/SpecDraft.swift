internal import AssetModel
internal import Planning
internal import SpecFile

/// A spec that is being edited.
struct SpecDraft: Sendable {
    private(set) var editor: SpecEditor
    let path: String
    let settings: Settings
    /// What the new lockfile need not keep.
    var upgrade = Upgrade.nothing
    private(set) var edits: [SpecEdit] = []

    init(_ editor: SpecEditor, path: String, _ settings: Settings) {
        self.editor = editor
        self.path = path
        self.settings = settings
    }

    var entries: [ManifestEntry] { editor.manifest.entries }

    /// The places of an asset's entries.
    func places(of name: AssetName) -> [Int] { entries.indices.filter { entries[$0].name == name } }

    /// An asset that has an entry gets the requirement, and another one an entry.
    mutating func add(_ specification: AssetSpecification, groups: [String]) throws(Faults) {
        let places = places(of: specification.name)
        guard places.count < 2 else {
            let lines = places.compactMap { entries[$0].excerpt?.location.line }
            throw Faults(.edit(.severalEntries(specification.name, lines: lines, path: path)))
        }
        if let place = places.first { return try require(specification.requirement, at: place) }
        try Self.laidOut(path) { () throws(SpecEditFault) in try editor.add(NewEntry(specification, groups: groups)) }
        edits.append(.added(specification))
    }

    /// Gives an entry another requirement, and its asset the latest version that meets it.
    mutating func require(_ requirement: VersionRequirement, at place: Int) throws(Faults) {
        let old = entries[place]
        guard old.requirement != requirement else { return }
        try Self.laidOut(path) { () throws(SpecEditFault) in try editor.require(requirement, at: place) }
        upgrade = upgrade.adding(old.name)
        edits.append(.changed(old.specification, to: old.specification.requiring(requirement)))
    }

    /// Removes all entries of an asset.
    mutating func remove(_ text: String) throws(Faults) {
        guard let name = try? AssetName(text), case let places = places(of: name), !places.isEmpty else {
            let names = Set(entries.map(\.name.text)).sorted()
            throw Faults(.edit(.noEntry(text, path: path, nearest: nearestWord(to: text, in: names))))
        }
        for place in places.reversed() {
            let specification = entries[place].specification
            try Self.laidOut(path) { () throws(SpecEditFault) in try editor.remove(at: place) }
            edits.append(.removed(specification))
        }
    }

    private static func laidOut(_ path: String, _ body: () throws(SpecEditFault) -> Void) throws(Faults) {
        do throws(SpecEditFault) {
            try body()
        } catch {
            throw Faults(.spec(.layout(error, path: path)))
        }
    }
}

extension AssetSpecification {
    func requiring(_ requirement: VersionRequirement) -> AssetSpecification {
        AssetSpecification(name: name, requirement: requirement, subPart: subPart)
    }
}
