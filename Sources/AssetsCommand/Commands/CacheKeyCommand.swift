internal import ArgumentParser
internal import Operations

/// One digest over what a resolve would put in place.
struct CacheKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache-key",
        abstract: "Print one digest over all that a resolve would put in place.",
        discussion: """
            For the key of a CI cache, or a build argument. It changes when a version, a file's content, or what is taken of an \
            asset does, and with a lock it needs no store.

            EXAMPLE
              modelkit-assets cache-key --locked assets.yaml
            """)

    @Argument(help: ArgumentHelp("The spec file.", valueName: "spec"))
    var spec = SpecOptions.defaultFile

    @OptionGroup var options: ResolutionOptions

    func run() async throws {
        let shell = Shell(options.output)
        try await shell.exiting {
            let resolved = try await options.resolve(try options.session(spec, shell), shell)
            let key = try CacheKey(resolved)
            try options.write(CacheKeyDocument(key: key.text), text: key.text + "\n", shell)
            return 0
        }
    }
}

struct CacheKeyDocument: Codable, Sendable {
    var format = "modelkit-assets/cache-key"
    var version = 1
    let key: String
}
