internal import AssetModel
internal import ArgumentParser
internal import Planning
internal import Terminal

/// What depends on what.
struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Show the dependency tree of a spec",
        discussion: """
            (*) marks an asset whose dependencies were shown before.

            EXAMPLE
              modelkit-assets tree assets.yaml
            """)

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @OptionGroup var options: ResolutionOptions

    func run() async throws {
        let shell = Shell(options.output, json: options.format == .json)
        try await shell.exiting {
            let resolved = try await options.resolve(try options.session(spec, shell), shell)
            let tree = DependencyTree(resolved.wanted)
            try options.write(TreeDocument(resolved.wanted), text: tree.text, shell)
            return 0
        }
    }
}

/// The assets that entries ask for, and below each what it depends on.
struct DependencyTree: Sendable {
    private let resolution: Resolution
    private let dependencies: [AssetPin: [AssetPin]]

    init(_ resolution: Resolution) {
        self.resolution = resolution
        dependencies = Dictionary(
            resolution.choices.map { ($0.pin, $0.dependencies) }, uniquingKeysWith: { first, _ in first })
    }

    private struct Place {
        let pin: AssetPin
        let head: String
        let tail: String
    }

    /// A line each; nothing here recurses, as a chain may be as long as a spec.
    var text: String {
        var lines: [String] = []
        var shown: Set<AssetPin> = []
        var waiting = roots.reversed().map { Place(pin: $0, head: "", tail: "") }
        while let place = waiting.popLast() {
            let below = dependencies[place.pin] ?? []
            let isNew = shown.insert(place.pin).inserted
            lines.append(place.head + place.pin.description.escapedForTerminal + (isNew || below.isEmpty ? "" : " (*)"))
            guard isNew else { continue }
            for (index, dependency) in below.enumerated().reversed() {
                let isLast = index == below.count - 1
                waiting.append(
                    Place(
                        pin: dependency, head: place.tail + (isLast ? "└── " : "├── "),
                        tail: place.tail + (isLast ? "    " : "│   ")))
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// What entries ask for, each once, in the order of the file.
    private var roots: [AssetPin] {
        var seen: Set<AssetPin> = []
        return resolution.entries.map(\.pin).filter { seen.insert($0).inserted }
    }
}

struct TreeDocument: Encodable, Sendable {
    struct Asset: Encodable, Sendable {
        let asset: String
        let name: String
        let version: String
        /// The specification strings of the spec that it meets.
        let requested: [String]
        let dependencies: [String]
    }

    var format = "modelkit-assets/tree"
    var version = 1
    /// Dependencies before what needs them.
    let assets: [Asset]

    init(_ resolution: Resolution) {
        let entries = Dictionary(grouping: resolution.entries, by: \.pin)
        assets = resolution.choices.map { choice in
            Asset(
                asset: choice.pin.description, name: choice.pin.name.text, version: choice.pin.version.text,
                requested: (entries[choice.pin] ?? []).map(\.entry.specification.description),
                dependencies: choice.dependencies.map(\.description))
        }
    }
}
