internal import ArgumentParser
internal import Operations

/// One digest over what a resolve would put in place.
struct CacheKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache-key",
        abstract: "Print a digest of the resolved assets, for use as a CI cache key",
        discussion: """
            The digest changes when a version, the content of a file or the selection of files changes. With a lockfile, no \
            store is needed.

            EXAMPLE
              modelkit-assets cache-key --frozen assets.yaml
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @OptionGroup var options: ResolutionOptions

    func run() async throws {
        let shell = Shell(options.output, json: options.format == .json)
        try await shell.exiting {
            let resolved = try await options.resolve(try options.session(spec, shell), shell)
            let key = try CacheKey(resolved)
            try options.write(CacheKeyDocument(key: key.text), text: key.text + "\n", shell)
            return 0
        }
    }
}

struct CacheKeyDocument: Encodable, Sendable {
    var format = "modelkit-assets/cache-key"
    var version = 1
    let key: String
}
