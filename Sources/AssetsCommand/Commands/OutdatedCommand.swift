internal import ArgumentParser
internal import AssetModel
internal import Operations
internal import Planning
internal import Terminal

/// Newer versions there are.
struct OutdatedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outdated",
        abstract: "Show assets with newer versions",
        discussion: """
            UPGRADE is the version that `modelkit-assets upgrade` would choose, LATEST the newest in the store.

            EXAMPLE
              modelkit-assets outdated
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @OptionGroup var options: ResolutionOptions

    func validate() throws {
        if options.store.offline {
            throw ValidationError("--offline cannot be combined with outdated: only the store knows newer versions")
        }
    }

    func run() async throws {
        let shell = Shell(options.output, json: options.format == .json)
        try await shell.exiting {
            let session = try options.session(spec, shell)
            guard session.store != nil else { throw Faults(.opening(.noStore)) }
            let resolved = try await options.resolve(session, shell)
            let outdated = try await Outdating(session: session, groups: Set(options.group))
                .outdated(in: resolved.wanted).map(OutdatedDocument.Asset.init)
            try options.write(OutdatedDocument(assets: outdated), text: Self.text(outdated), shell)
            if outdated.isEmpty { shell.remark("all assets are up to date") }
            return 0
        }
    }

    private static func text(_ assets: [OutdatedDocument.Asset]) -> String {
        guard !assets.isEmpty else { return "" }
        let rows =
            [["ASSET", "CURRENT", "UPGRADE", "LATEST"]] + assets.map { [$0.name, $0.current, $0.upgrade, $0.latest] }
        return TextTable(rows).text
    }
}

struct OutdatedDocument: Encodable, Sendable {
    struct Asset: Encodable, Sendable {
        let name: String
        let current: String
        /// What `lock --upgrade` would choose.
        let upgrade: String
        let latest: String

        init(_ asset: OutdatedAsset) {
            name = asset.pin.name.text
            current = asset.pin.version.text
            upgrade = asset.upgrade.text
            latest = asset.latest.text
        }
    }

    var format = "modelkit-assets/outdated"
    var version = 1
    let assets: [Asset]
}

/// Rows of cells under each other.
struct TextTable: Sendable {
    private let rows: [[String]]

    init(_ rows: [[String]]) { self.rows = rows.map { $0.map(\.escapedForTerminal) } }

    /// Lines that each end with a newline.
    var text: String {
        let columns = rows.first?.indices ?? 0..<0
        let widths = columns.map { column in rows.map { TextWidth.cells($0[column]) }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { TextWidth.padded($0, to: $1) }
            return cells.joined(separator: "  ").trimmingTrailingSpaces + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
    }
}
