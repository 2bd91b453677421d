internal import ArgumentParser
internal import Operations

/// Moves a lockfile, and with `--latest` its spec, to newer versions.
struct UpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Upgrade assets in the lockfile to the latest allowed versions",
        discussion: """
            --latest first edits assets.yaml so that it allows the latest versions. Nothing is downloaded: run \
            `modelkit-assets resolve` for that.

            EXAMPLE
              modelkit-assets upgrade
              modelkit-assets upgrade nlp/tokenizer
              modelkit-assets upgrade --latest nlp/tokenizer
            """)

    @Argument(help: ArgumentHelp("Assets to upgrade [default: all]", valueName: "name"), completion: .names)
    var names: [String] = []

    @Flag(help: "Also edit requirements in the spec that exclude the latest version")
    var latest = false

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        for name in names { try UpgradeOptions.refuseVersion(name) }
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
