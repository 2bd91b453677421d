internal import AssetModel
internal import ArgumentParser
internal import Execution
internal import Planning

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
            let session = try options.session(spec, shell)
            let resolved = try await options.resolve(session, shell)
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

/// A SHA-256 over one line a fact, in a fixed order.
struct CacheKey: Sendable {
    /// 64 hexadecimal digits.
    let text: String

    /// - Throws: where it is not known what a version consists of.
    init(_ resolved: Resolved) throws(Problems) {
        var lines = ["modelkit-assets cache key 1"]
        for choice in resolved.wanted.choices.sorted(by: { $0.pin < $1.pin }) {
            let metadata: VersionMetadata
            do {
                guard let known = try resolved.facts.contents[choice.pin]?.get() else { continue }
                metadata = known
            } catch {
                throw Problems([.wording(error)])
            }
            lines.append(Self.line(["asset", choice.pin.description, metadata.kind.rawValue, "\(metadata.pushTime)"]))
            let taken = metadata.objects.filter { object in
                object.path.map { path in choice.selections.contains { $0.takes(path) } } ?? true
            }
            lines += taken.map { Self.line(["file", $0.path?.text ?? "", $0.sha256?.hex ?? ""]) }.sorted()
        }
        text = SHA256Digest(of: lines.joined(separator: "\n")).hex
    }

    private static func line(_ fields: [String]) -> String {
        fields.map(LineField.encoded).joined(separator: "\t")
    }
}
