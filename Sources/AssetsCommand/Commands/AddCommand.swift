internal import AssetModel
internal import ArgumentParser
internal import Planning
internal import SpecFile

/// Adds assets to a spec and its lockfile.
struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add assets to assets.yaml and its lockfile.",
        discussion: """
            Without a version the latest major version is required: nlp/tokenizer becomes nlp/tokenizer:1. The entry of an \
            asset that is there already gets the new requirement. Comments and layout of the file stay as they are.

            EXAMPLE
              modelkit-assets add nlp/tokenizer
              modelkit-assets add nlp/tokenizer:1.4 'nlp/lexicon:2[fr/words.txt]'
              modelkit-assets add nlp/tokenizer --require '>=1, <3' --group serving
            """)

    @Argument(help: ArgumentHelp("NAME, NAME:VERSION or NAME:VERSION[PART].", valueName: "asset"))
    var assets: [String]

    @Option(help: ArgumentHelp("Which versions will do, such as '>=1.2, <3'.", valueName: "requirement"))
    var require: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Put new entries into this group; may be repeated.", valueName: "name"))
    var group: [String] = []

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if assets.isEmpty { throw ValidationError("name an asset to add") }
        if require != nil, assets.count != 1 { throw ValidationError("--require takes one asset at a time") }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await SpecEditing(options: edit, flags: store.flags, shell: shell).run { draft in
                for asset in assets { try add(try await specification(asset, in: draft), to: &draft) }
            }
            return 0
        }
    }

    private func add(_ specification: AssetSpecification, to draft: inout SpecEditing.Draft) throws {
        let places = draft.places(of: specification.name)
        guard places.count < 2 else { throw Problems([.severalEntries(specification.name, in: draft)]) }
        guard let place = places.first else {
            try draft.editor.add(NewEntry(specification, groups: group))
            return draft.lines.append("added `\(specification)` to \(draft.file)")
        }
        try draft.require(specification.requirement, at: place)
    }

    /// What was typed, with the latest major version where it has none.
    private func specification(
        _ text: String, in draft: SpecEditing.Draft
    ) async throws(Problems) -> AssetSpecification {
        let system = draft.settings.versioning.value
        let typed = try AssetSpecification(typed: text, in: system)
        if let require {
            do throws(VersionRequirementFault) {
                return typed.requiring(try VersionRequirement(parsing: require, in: system))
            } catch {
                throw Problems([Problem(error, in: system)])
            }
        }
        guard !text.utf8.contains(UInt8(ascii: ":")), !edit.noLock, draft.settings.provider != nil else {
            return typed
        }
        let (latest, _) = try await StoreSession(draft.settings, draft.shell).find(typed.name.text)
        return typed.requiring(
            system.major(of: latest.version).map { VersionRequirement(naming: $0, in: system) } ?? .latest)
    }
}

extension SpecEditing.Draft {
    /// Gives an entry another requirement, and its asset the latest version that meets it.
    mutating func require(_ requirement: VersionRequirement, at place: Int) throws(SpecEditFault) {
        let old = editor.manifest.entries[place]
        guard old.requirement != requirement else { return }
        try editor.require(requirement, at: place)
        upgrade = upgrade.adding(old.name)
        lines.append("changed `\(old.specification)` to `\(old.specification.requiring(requirement))` in \(file)")
    }
}

extension AssetSpecification {
    func requiring(_ requirement: VersionRequirement) -> AssetSpecification {
        AssetSpecification(name: name, requirement: requirement, subPart: subPart)
    }
}

extension Problem {
    fileprivate init(_ fault: VersionRequirementFault, in system: VersioningSystem) {
        let what =
            switch fault {
            case .notAVersion(let text): "`\(text)` is not a \(system.name) version (\(system.form))"
            case .notAComparator(let text): "`\(text)` does not begin with a comparator"
            }
        self.init(
            code: "requirement", message: "invalid requirement: \(what)",
            hint: "write a version, or comparators joined by commas, such as '>=1.2, <3'", exitStatus: 64)
    }
}
