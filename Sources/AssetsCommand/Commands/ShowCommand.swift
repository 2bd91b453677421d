internal import AssetModel
internal import ArgumentParser
internal import FoundationEssentials
internal import Operations
internal import Planning
internal import Terminal

/// One version of an asset, as the store has it.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the files, sizes and push date of a version",
        discussion: """
            EXAMPLE
              modelkit-assets show nlp/lexicon
              modelkit-assets show nlp/lexicon:1 --format json
            """)

    @Argument(help: .asset)
    var asset: String

    @OptionGroup(title: "Store options") var store: RemoteOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        try await shell.exiting("reading") {
            let shown = ShowDocument(try await shell.storeSession(store.flags).show(asset))
            shell.console.writeResult(format == .json ? try JSONText.document(shown) : text(shown))
            return 0
        }
    }

    private func text(_ shown: ShowDocument) -> String {
        let sizes = shown.files.map { $0.size.map(Units.bytes) ?? "?" }
        let width = sizes.map { TextWidth.cells($0) }.max() ?? 0
        let files = zip(shown.files, sizes).map { file, size in
            "  " + TextWidth.spaces(width - TextWidth.cells(size)) + size + "  "
                + (file.path ?? shown.version).escapedForTerminal
        }
        let total = shown.bytes.map { ", \(Units.bytes($0))" } ?? ""
        let dependencies = shown.dependencies.isEmpty ? "none recorded" : shown.dependencies.joined(separator: ", ")
        return """
            \(shown.asset)
            kind          \(shown.kind.rawValue)
            pushed        \(shown.pushDate)
            versions      \(shown.versions.joined(separator: ", "))
            depends on    \(dependencies)
            digests       \(digests(shown))
            files         \(shown.files.count)\(total)
            \(files.joined(separator: "\n"))

            """
    }
}

extension ShowCommand {
    /// How many of the files have one on record.
    private func digests(_ shown: ShowDocument) -> String {
        let count = shown.files.count { $0.sha256 != nil }
        return switch count {
        case 0: "none recorded"
        case shown.files.count: "SHA-256 recorded"
        default: "SHA-256 recorded of \(count)"
        }
    }
}

struct ShowDocument: Encodable, Sendable {
    struct ShownFile: Encodable, Sendable {
        /// Nil where the asset is one file.
        @OrNull var path: String?
        @OrNull var size: Int64?
        /// As the version's `.meta` has it; nil where nobody recorded it.
        @OrNull var sha256: String?
    }

    var format = "modelkit-assets/show"
    var formatVersion = 1
    let asset: String
    let name: String
    let version: String
    /// All that there are, latest first.
    let versions: [String]
    let kind: AssetKind
    /// In UTC, to the second.
    let pushDate: String
    /// As the version's `.meta` names them.
    let dependencies: [String]
    let files: [ShownFile]
    /// Nil where a size is not known.
    @OrNull var bytes: Int64?

    init(_ shown: ShownVersion) {
        let (pin, metadata) = (shown.pin, shown.metadata)
        asset = pin.description
        name = pin.name.text
        version = pin.version.text
        versions = shown.versions.map(\.text)
        kind = metadata.kind
        pushDate = Date(timeIntervalSince1970: TimeInterval(metadata.pushTime)).formatted(.iso8601)
        dependencies = metadata.dependencies.map(\.description)
        files = metadata.objects.map { ShownFile(path: $0.path?.text, size: $0.size, sha256: $0.sha256?.hex) }
        let sizes = metadata.objects.compactMap(\.size)
        bytes = sizes.count == metadata.objects.count ? ByteSum.of(sizes) : nil
    }
}
