internal import ArgumentParser
internal import Operations
internal import Publishing

/// A further version of an asset.
struct UpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Push a new version of an existing asset",
        discussion: """
            Increments the minor version of the latest version, or of the latest version within the given major version. \
            Prints the specification string of the new version, which becomes visible only when complete. It depends on \
            what the previous version depends on, unless --depends-on or --no-depends-on is given.

            This publishes to the store. To use newer versions, run `modelkit-assets upgrade`.

            EXAMPLE
              modelkit-assets update ./vectors.bin nlp/vectors
              modelkit-assets update ./vectors.bin nlp/vectors:1
              modelkit-assets update --bump-major --yes ./vectors.bin nlp/vectors
            """)

    @Argument(help: .pushed, completion: .file())
    var path: String

    @Argument(help: ArgumentHelp("NAME, or NAME:MAJOR", valueName: "asset"))
    var asset: String

    @Flag(help: "Start the next major version")
    var bumpMajor = false

    @Flag(help: "Record no dependencies, not even those of the previous version")
    var noDependsOn = false

    @OptionGroup var push: PushOptions

    func validate() throws {
        if noDependsOn, !push.dependsOn.isEmpty {
            throw ValidationError("--depends-on cannot be combined with --no-depends-on")
        }
    }

    private var dependencies: PushDependencies {
        noDependsOn || !push.dependsOn.isEmpty ? .these(push.dependsOn) : .inherited
    }

    func run() async throws {
        let shell = Shell(push.output, json: push.format == .json)
        try await shell.exiting("reading") {
            let pushing = try PushRunner(shell, push)
            let target = try PushTarget.further(of: asset, bumpsMajor: bumpMajor, in: pushing.system)
            return try await pushing.run(path, as: target, needing: dependencies)
        }
    }
}
