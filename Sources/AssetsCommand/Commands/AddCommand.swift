internal import ArgumentParser
internal import Operations

/// Adds assets to a spec and its lockfile.
struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add assets to assets.yaml and its lockfile",
        discussion: """
            Without a version, the latest major version is required: nlp/tokenizer becomes nlp/tokenizer:1. An asset that \
            assets.yaml already has gets the new requirement. Comments and layout are kept.

            EXAMPLE
              modelkit-assets add nlp/tokenizer
              modelkit-assets add nlp/tokenizer:1.4 'nlp/lexicon:2[fr/words.txt]'
              modelkit-assets add nlp/tokenizer --require '>=1, <3' --group serving
            """)

    @Argument(help: ArgumentHelp("NAME, NAME:VERSION or NAME:VERSION[PART]", valueName: "asset"))
    var assets: [String]

    @Option(help: ArgumentHelp("Version requirement, e.g. '>=1.2, <3'", valueName: "requirement"))
    var require: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Put new entries into this group; repeatable", valueName: "name"), completion: .groups)
    var group: [String] = []

    @OptionGroup var edit: SpecEditOptions
    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if require != nil, assets.count != 1 { throw ValidationError("--require takes one asset at a time") }
    }

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            try await edit.run(.add(assets, requirement: require, groups: group), store.flags, shell)
            return 0
        }
    }
}
