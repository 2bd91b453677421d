internal import ArgumentParser
internal import Operations
internal import Publishing

/// The first version of an asset.
struct NewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Push the first version of an asset.",
        discussion: """
            Prints the specification string of what was pushed. Nobody sees the version before all of it is there.

            EXAMPLE
              modelkit-assets new ./vectors.bin nlp/vectors
              modelkit-assets new --yes --depends-on nlp/vectors:1 ./model nlp/classifier
            """)

    @Argument(help: ArgumentHelp("The file or folder to push; or s3://bucket/key, gs://bucket/key.", valueName: "path"))
    var path: String

    @Argument(help: ArgumentHelp("The name of an asset that the store does not have yet.", valueName: "name"))
    var name: String

    @OptionGroup var push: PushOptions

    func run() async throws {
        let shell = Shell(push.output)
        try await shell.exiting {
            let pushing = try PushRunning(shell, push)
            return try await pushing.run(path, as: try .first(of: name))
        }
    }
}
