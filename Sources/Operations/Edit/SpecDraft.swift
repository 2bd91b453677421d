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
    /// The assets whose requirements stay though their latest versions are wanted.
    var wantsLatest = Upgrade.nothing

    init(_ editor: SpecEditor, path: String, _ settings: Settings) {
        self.editor = editor
        self.path = path
        self.settings = settings
    }

    var entries: [ManifestEntry] { editor.manifest.entries }

    /// The places of an asset's entries.
    func places(of name: AssetName) -> [Int] { entries.indices.filter { entries[$0].name == name } }

    /// The place of an asset's entry; nil where it has none.
    func place(of name: AssetName) throws(Faults) -> Int? {
        let places = places(of: name)
        guard places.count < 2 else {
            let lines = places.compactMap { entries[$0].excerpt?.location.line }
            throw Faults(.edit(.severalEntries(name, lines: lines, path: path)))
        }
        return places.first
    }

    mutating func add(_ specification: AssetSpecification, groups: [String]) throws(Faults) {
        try Self.laidOut(path) { () throws(SpecEditFault) in try editor.add(NewEntry(specification, groups: groups)) }
        edits.append(.added(specification))
    }

    /// An entry gets the part of what was typed, if it has one, and the requirement, if there is one.
    mutating func change(
        at place: Int, to typed: AssetSpecification, _ requirement: VersionRequirement?
    ) throws(Faults) {
        let old = entries[place].specification
        if requirement == nil { wantsLatest = wantsLatest.adding(old.name) }
        try change(
            old,
            to: AssetSpecification(
                name: old.name, requirement: requirement ?? old.requirement, subPart: typed.subPart ?? old.subPart),
            at: place)
    }

    /// Gives an entry another requirement, and its asset the latest version that meets it.
    mutating func require(_ requirement: VersionRequirement, at place: Int) throws(Faults) {
        let old = entries[place].specification
        try change(old, to: old.requiring(requirement), at: place)
    }

    private mutating func change(
        _ old: AssetSpecification, to new: AssetSpecification, at place: Int
    ) throws(Faults) {
        guard old != new else { return }
        try Self.laidOut(path) { () throws(SpecEditFault) in try editor.change(new, at: place) }
        if old.requirement != new.requirement { upgrade = upgrade.adding(old.name) }
        edits.append(.changed(old, to: new))
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
