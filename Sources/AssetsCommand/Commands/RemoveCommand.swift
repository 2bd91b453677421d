internal import AssetModel
internal import ArgumentParser
internal import Planning
internal import SpecFile

/// Removes assets from a spec and its lockfile.
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove assets from assets.yaml and its lockfile.",
        discussion: """
            What only they depended on leaves the lockfile too. The assets directory stays as it is: `modelkit-assets prune` \
            removes from it what the lockfile no longer names.

            EXAMPLE
              modelkit-assets remove nlp/tokenizer
            """)

    @Argument(help: ArgumentHelp("Names of assets.", valueName: "name"))
    var names: [String]

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if names.isEmpty { throw ValidationError("name an asset to remove") }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await SpecEditing(options: edit, flags: store.flags, shell: shell).run { draft in
                for name in names { try remove(name, from: &draft) }
            }
            return 0
        }
    }

    private func remove(_ text: String, from draft: inout SpecEditing.Draft) throws {
        guard let name = try? AssetName(text), case let places = draft.places(of: name), !places.isEmpty else {
            throw Problems([.noEntry(text, in: draft)])
        }
        for place in places.reversed() {
            let specification = draft.editor.manifest.entries[place].specification
            try draft.editor.remove(at: place)
            draft.lines.append("removed `\(specification)` from \(draft.file)")
        }
    }
}
