internal import ArgumentParser
internal import Operations
internal import Publishing

/// The first version of an asset.
struct NewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Push the first version of a new asset",
        discussion: """
            Prints the specification string of the new version, which becomes visible only when complete.

            EXAMPLE
              modelkit-assets new ./vectors.bin nlp/vectors
              modelkit-assets new --yes --depends-on nlp/vectors:1 ./model nlp/classifier
            """)

    @Argument(help: .pushed, completion: .file())
    var path: String

    @Argument(help: ArgumentHelp("Name of the new asset", valueName: "name"))
    var name: String

    @OptionGroup var push: PushOptions

    func run() async throws {
        let shell = Shell(push.output, json: push.format == .json)
        try await shell.exiting("reading") {
            let pushing = try PushRunner(shell, push)
            return try await pushing.run(path, as: try .first(of: name), needing: .these(push.dependsOn))
        }
    }
}
