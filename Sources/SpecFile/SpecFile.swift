package import AssetModel
package import Planning

/// assets.yaml, as text.
///
/// ```yaml
/// version: 1
/// storage: {provider: s3, bucket: acme-models, prefix: modelkit-assets, region: eu-west-1, endpoint: http://localhost:9000}
/// versioning: major_minor
/// duplicates: allow
/// assets:
///   - nlp/tokenizer:1.4
///   - nlp/lexicon:1[en/words.txt]
///   - name: vision/weights
///     version: ${WEIGHTS_VERSION:-2}
///     depends_on: [nlp/tokenizer:1]
///     groups: [serving]
///     include: ["fp16/**"]
///     exclude: ["**/*.onnx"]
///     sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
/// ```
///
/// - YAML 1.1's structure, none of its types: a scalar is the text that was written. Tags, merge keys and several
///   documents are refused.
/// - Nothing, `~` and a plain `null` are nothing: an optional key is then as if it was not there, a required one is
///   missing. So is an empty text, except for `prefix`, where it is the store's root.
/// - `assets: []` asks for nothing, which is allowed; `assets:` alone is a mistake.
/// - In values, never in keys: `${VAR}`, `${VAR:-default}`, `${VAR:?message}` and `$$` (`Substitution`).
/// - All mistakes are reported at once, except where the text is not YAML: then what libyaml could not read hides the rest.
///
/// The stages: bytes → `SourceText` → `YAMLNode` → `Manifest`.
package enum SpecFile {
    /// - Parameter file: The path as it was given, for diagnostics and provenance; it is not opened.
    package static func read(
        _ bytes: [UInt8], file: String, context: SpecContext = SpecContext()
    ) throws(SpecReport) -> Manifest {
        let source = try SourceText(bytes, file: file)
        var diagnostics = DiagnosticList(source: source)
        let root = YAMLComposer.compose(source, reporting: &diagnostics)
        guard let root else { throw diagnostics.report }
        var decoder = ManifestDecoder(context: context, diagnostics: diagnostics)
        let manifest = decoder.manifest(root)
        guard let manifest, decoder.diagnostics.isEmpty else { throw decoder.diagnostics.report }
        return manifest
    }
}

/// What reading a spec depends on besides its text.
package struct SpecContext: Sendable {
    /// From a flag or an environment variable; it beats the file's own `versioning:`.
    package let versioning: VersioningSystem?
    /// What `${VAR}` stands for.
    package let variables: [String: String]

    package init(versioning: VersioningSystem? = nil, variables: [String: String] = [:]) {
        self.versioning = versioning
        self.variables = variables
    }
}

/// Everything that is wrong with a file, in the order of the file; never empty.
package struct SpecReport: Error, Hashable, Sendable {
    package let diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
