internal import ArgumentParser
internal import Operations

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
        if names.isEmpty { throw ValidationError("missing asset to remove") }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await edit.run(.remove(names), store.flags, shell)
            return 0
        }
    }
}
