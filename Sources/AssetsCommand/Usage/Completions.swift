internal import ArgumentParser
internal import AssetModel
internal import Operations
internal import Planning

extension CompletionKind {
    static let spec = CompletionKind.file(extensions: ["yaml", "yml"])

    static let versioning = CompletionKind.list(VersioningSystem.all.map(\.name))

    /// The names of a spec's assets.
    static let names = CompletionKind.custom { words, _, _ in SpecCompletion(words).names }

    /// The names of a spec's groups.
    static let groups = CompletionKind.custom { words, _, _ in SpecCompletion(words).groups }
}

/// What the spec file of a command line that is being typed offers; nothing where it cannot be read.
struct SpecCompletion: Sendable {
    private let entries: [ManifestEntry]

    init(_ words: [String]) {
        let path = words.last { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") } ?? Workspace.defaultSpec
        let workspace = try? Workspace(
            spec: path, isOptional: true, flags: SettingFlags(), environment: ProcessEnvironment.current())
        entries = workspace?.manifest.entries ?? []
    }

    var names: [String] { Set(entries.map(\.name.text)).sorted() }

    var groups: [String] { Set(entries.flatMap(\.groups)).sorted() }
}
