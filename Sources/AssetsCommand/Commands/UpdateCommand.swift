internal import ArgumentParser
internal import AssetModel
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
            let pushing = try Pushing(shell: shell, options: push)
            return try await pushing.run(path, as: try target(pushing.system))
        }
    }

    private func target(_ system: VersioningSystem) throws(Problems) -> PushTarget {
        let (text, major) = splitAtColon(asset)
        let name = try Pushing.name(text)
        if bumpMajor, system == .simpleDate {
            throw Problems([usage("`--bump-major` means nothing for versions by date")])
        }
        guard let major else { return .update(name, bumpMajor ? .major : .latest) }
        guard !bumpMajor else {
            throw Problems([usage("`\(asset)` names a major version, and `--bump-major` begins another")])
        }
        guard let version = system.version(major), !system.isComplete(version), let number = version.components.first
        else { throw Problems([usage("`\(major)` is no major version", hint: "write name or name:1")]) }
        return .update(name, .ofMajor(number))
    }

    private func splitAtColon(_ text: String) -> (String, String?) {
        guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    private func usage(_ message: String, hint: String? = nil) -> Problem {
        Problem(code: "usage", message: message, hint: hint, exitStatus: 64)
    }
}
