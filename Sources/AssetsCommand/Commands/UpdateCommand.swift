internal import ArgumentParser
internal import Operations
internal import Publishing

/// A further version of an asset.
struct UpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Push a further version of an asset.",
        discussion: """
            The minor version goes up by one: of the latest version, or of the latest of a major version that is named. Prints the \
            specification string of what was pushed. Nobody sees the version before all of it is there.

            EXAMPLE
              modelkit-assets update ./vectors.bin nlp/vectors
              modelkit-assets update ./vectors.bin nlp/vectors:1
              modelkit-assets update --bump-major --yes ./vectors.bin nlp/vectors
            """)

    @Argument(help: ArgumentHelp("The file or folder to push; or s3://bucket/key, gs://bucket/key.", valueName: "path"))
    var path: String

    @Argument(help: ArgumentHelp("The asset's name, or name:major.", valueName: "asset"))
    var asset: String

    @Flag(help: "Begin the next major version.")
    var bumpMajor = false

    @OptionGroup var push: PushOptions

    func run() async throws {
        let shell = Shell(push.output)
        try await shell.exiting {
            let pushing = try PushRunning(shell, push)
            let target = try PushTarget.further(of: asset, bumpsMajor: bumpMajor, in: pushing.system)
            return try await pushing.run(path, as: target)
        }
    }
}
