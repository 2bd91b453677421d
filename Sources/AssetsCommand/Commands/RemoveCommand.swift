internal import ArgumentParser
internal import Operations

/// Removes assets from a spec and its lockfile.
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove assets from assets.yaml and its lockfile",
        discussion: """
            Dependencies that nothing else needs leave the lockfile too. The assets directory is not touched: run \
            `modelkit-assets prune` to remove from it what the lockfile no longer names.

            EXAMPLE
              modelkit-assets remove nlp/tokenizer
            """)

    @Argument(help: ArgumentHelp("Assets to remove", valueName: "name"), completion: .names)
    var names: [String]

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await edit.run(.remove(names), store.flags, shell)
            return 0
        }
    }
}
