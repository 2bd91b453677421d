internal import ArgumentParser
internal import AssetModel
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// Why something is in the plan.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Show which entries and assets require an asset",
        discussion: """
            EXAMPLE
              modelkit-assets why nlp/tokenizer
              modelkit-assets why nlp/tokenizer:1.4 assets.yaml
            """)

    @Argument(help: ArgumentHelp("NAME, or NAME:VERSION", valueName: "asset"), completion: .names)
    var asset: String

    @Argument(help: .spec, completion: .spec)
    var spec = SpecOptions.defaultFile

    @OptionGroup var options: ResolutionOptions

    func run() async throws {
        let shell = Shell(options.output, json: options.format == .json)
        try await shell.exiting {
            let session = try options.session(spec, shell)
            let specification = try AssetSpecification(typed: asset, in: session.settings.versioning.value)
            let resolved = try await options.resolve(session, shell)
            let choices = resolved.wanted.choices.filter {
                $0.pin.name == specification.name && specification.requirement.isMet(by: $0.pin.version)
            }
            guard !choices.isEmpty else { throw Problems([notThere(specification, resolved, session)]) }
            try options.write(WhyDocument(choices), text: choices.map(Self.text).joined(separator: "\n"), shell)
            return 0
        }
    }

    private static func text(_ choice: Choice) -> String {
        ([choice.pin.description] + choice.demands.map { "  " + $0.words }).map { $0.escapedForTerminal + "\n" }
            .joined()
    }

    private func notThere(_ specification: AssetSpecification, _ resolved: Resolved, _ session: Session) -> Problem {
        let groups = groups(requiring: specification, resolved.all, session.manifest)
        if let first = groups.first { return onlyInGroups(specification, groups, first) }
        let resolution = resolved.wanted
        let versions = resolution.choices.map(\.pin).filter { $0.name == specification.name }
        let names = Set(resolution.choices.map(\.pin.name.text)).sorted()
        let near = nearestWord(to: specification.name.text, in: names)
        return Problem(
            code: "not-in-plan", message: "nothing requires `\(specification)`",
            details: versions.isEmpty ? [] : ["required: \(enumeration(versions.map(\.description)))"],
            hint: versions.isEmpty ? near.map { "did you mean `\($0)`?" } : nil, exitStatus: 5)
    }
}

extension WhyCommand {
    /// The groups whose entries lead to an asset, sorted.
    private func groups(
        requiring specification: AssetSpecification, _ resolution: Resolution, _ manifest: Manifest
    ) -> [String] {
        let roots = resolution.choices.filter {
            $0.pin.name == specification.name && specification.requirement.isMet(by: $0.pin.version)
        }.flatMap(\.demands).compactMap(\.chain.first)
        let entries = manifest.entries.filter { entry in
            let line = entry.excerpt?.location.line ?? 0
            return roots.contains(.entry(entry.specification.phrase, line: line))
        }
        return Set(entries.flatMap(\.groups)).sorted()
    }

    private func onlyInGroups(_ specification: AssetSpecification, _ groups: [String], _ first: String) -> Problem {
        let names = enumeration(groups.map { "`\($0)`" })
        return Problem(
            code: "not-in-plan",
            message: groups.count == 1
                ? "only group \(names) requires `\(specification)`" : "only groups \(names) require `\(specification)`",
            hint: "pass `--group \(first)`", exitStatus: 5)
    }
}

struct WhyDocument: Encodable, Sendable {
    struct Asset: Encodable, Sendable {
        let asset: String
        let demands: [Demanded]
    }

    struct Demanded: Encodable, Sendable {
        /// The specification string that is asked for.
        let requirement: String
        /// From the entry of the spec to who asks.
        let chain: [String]
        @OrNull var file: String?
        @OrNull var line: Int?
    }

    var format = "modelkit-assets/why"
    var version = 1
    let assets: [Asset]

    init(_ choices: [Choice]) {
        assets = choices.map { choice in
            Asset(
                asset: choice.pin.description,
                demands: choice.demands.map { demand in
                    Demanded(
                        requirement: demand.specification.phrase,
                        chain: demand.isOfEntry ? [] : demand.chain.map(\.name), file: demand.excerpt?.location.file,
                        line: demand.excerpt?.location.line)
                })
        }
    }
}
