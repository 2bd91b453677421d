internal import ArgumentParser
internal import Operations
internal import Terminal

/// What a push of this tool would have recorded, for what Python modelkit pushed.
struct AnnotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Record the sizes and SHA-256s of a version that Python modelkit pushed.",
        discussion: """
            Reads all of the version and adds to its .meta in the store what each file has; nothing else there changes. Python modelkit \
            ignores it; every fetch is compared with it from then on.

            EXAMPLE
              modelkit-assets annotate nlp/lexicon
              modelkit-assets annotate nlp/lexicon:1.4
            """)

    @Argument(help: ArgumentHelp("A specification string: name[:version].", valueName: "asset"))
    var asset: String

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            let annotating = try shell.begin(.defaultSpec, store.flags) { (workspace, retries) throws(Faults) in
                Annotating(workspace, retries)
            }
            let (pin, count) = try await annotating.annotate(asset)
            shell.console.writeResult("\(pin)\n")
            shell.remark(
                count == 0
                    ? "\(pin) is already annotated"
                    : "recorded sizes and digests of \(Units.count(count, "file"))")
            return 0
        }
    }
}
