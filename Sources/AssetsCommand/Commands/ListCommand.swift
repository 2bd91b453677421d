internal import AssetModel
internal import ArgumentParser
internal import ObjectStore
internal import Operations
internal import Terminal

/// What the store holds.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the assets in the store and their versions",
        discussion: """
            The pattern is a glob: `*` matches within one component of a name, `**` across components. A plain name matches \
            itself and everything below it.

            EXAMPLE
              modelkit-assets list
              modelkit-assets list 'nlp/*'
            """)

    @Argument(help: ArgumentHelp("Names to list, e.g. 'nlp/*'", valueName: "pattern"))
    var pattern: String?

    @OptionGroup(title: "Store options") var store: RemoteOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func validate() throws {
        if let pattern, Glob(pattern) == nil { throw ValidationError("invalid pattern `\(pattern)`") }
    }

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        try await shell.exiting("listing") {
            let session = try shell.storeSession(store.flags)
            let (assets, faults) = await session.list(wants)
            let listed = assets.map { ListedAsset(name: $0.name.text, versions: $0.versions.map(\.text)) }
            if faults.isEmpty || format == .text {
                try await print(listed, isWhole: faults.isEmpty, session, shell)
            }
            guard faults.isEmpty else { throw Faults(faults) }
            return 0
        }
    }

    private func wants(_ name: AssetName) -> Bool {
        guard let pattern, let glob = Glob(pattern), let path = try? RelativePath(name.text) else { return true }
        return glob.matches(path) || name.text.hasPrefix(pattern.hasSuffix("/") ? pattern : pattern + "/")
    }

    private func print(_ listed: [ListedAsset], isWhole: Bool, _ session: StoreSession, _ shell: Shell) async throws {
        switch format {
        case .json:
            shell.console.writeResult(
                try JSONText.document(ListDocument(store: session.store.name, assets: listed)))
        case .text:
            let width = TextWidth.firstColumn(listed.map(\.name), in: shell.resultWidth)
            let lines = listed.map {
                TextWidth.padded($0.name, to: width) + "  " + $0.versions.joined(separator: ", ") + "\n"
            }
            shell.console.writeResult(lines.joined())
            if listed.isEmpty, isWhole {
                let near = await nearest(session).map { ": did you mean `\($0)`?" } ?? ""
                shell.remark("no assets\(pattern.map { " matching `\($0)`" } ?? "") in \(session.store.name)\(near)")
            }
        }
    }

    /// Nil where no name was typed.
    private func nearest(_ session: StoreSession) async -> String? {
        guard let pattern, (try? AssetName(pattern)) != nil else { return nil }
        return await session.nearestName(to: pattern)
    }
}

/// One asset of a listing.
struct ListedAsset: Encodable, Sendable {
    let name: String
    /// Latest first.
    let versions: [String]
}

struct ListDocument: Encodable, Sendable {
    var format = "modelkit-assets/list"
    var version = 1
    let store: String
    let assets: [ListedAsset]
}
