internal import ArgumentParser
internal import Operations

/// Moves a lockfile, and with `--latest` its spec, to newer versions.
struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Upgrade assets in the lockfile to the latest allowed versions.",
        discussion: """
            The spec says what is allowed; --latest edits it first, so that it allows the latest version of all. Nothing is \
            downloaded: `modelkit-assets resolve` does that.

            EXAMPLE
              modelkit-assets upgrade
              modelkit-assets upgrade nlp/tokenizer
              modelkit-assets upgrade --latest nlp/tokenizer
            """)

    @Argument(help: ArgumentHelp("Names of assets; without one all are upgraded.", valueName: "name"))
    var names: [String] = []

    @Flag(help: "Edit requirements in the spec that keep the latest version out.")
    var latest = false

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if edit.noLock, !latest { throw ValidationError("--no-lock requires --latest") }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await edit.run(.upgrade(names, latest: latest), store.flags, shell)
            return 0
        }
    }
}
