internal import ArgumentParser
internal import AssetModel
internal import Operations
internal import Terminal

/// What a push of this tool would have recorded, for what Python modelkit pushed.
struct AnnotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Record sizes and checksums for a version that Python modelkit pushed",
        discussion: """
            Downloads the version and adds the size and SHA-256 of each file to its .meta in the store. Later downloads are \
            verified against them; Python modelkit ignores them.

            EXAMPLE
              modelkit-assets annotate nlp/lexicon
              modelkit-assets annotate nlp/lexicon:1.4
            """)

    @Argument(help: .asset)
    var asset: String

    @Flag(help: "Print what would be recorded, and write nothing")
    var dryRun = false

    @OptionGroup(title: "Store options") var store: RemoteOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output, json: format == .json)
        try await shell.exiting("annotating") {
            let annotating = try shell.begin(.defaultSpec, store.flags) { (workspace, retries) throws(Faults) in
                Annotating(workspace, retries)
            }
            let (pin, count) = try await dryRun ? annotating.unrecorded(asset) : annotating.annotate(asset)
            shell.console.writeResult(
                format == .json
                    ? try JSONText.document(AnnotateDocument(pin, recordedFiles: count, isDryRun: dryRun)) : "\(pin)\n")
            let verb = dryRun ? "would record" : "recorded"
            shell.remark(
                count == 0
                    ? "\(pin) is already annotated"
                    : "\(verb) sizes and digests of \(Units.count(count, "file"))")
            return 0
        }
    }
}

/// What was recorded, or would be, as JSON: what `schema/annotate.schema.json` describes.
struct AnnotateDocument: Encodable, Sendable {
    var format = "modelkit-assets/annotate"
    var formatVersion = 1
    let asset: String
    let name: String
    let version: String
    let recordedFiles: Int
    let dryRun: Bool

    init(_ pin: AssetPin, recordedFiles: Int, isDryRun: Bool) {
        asset = pin.description
        name = pin.name.text
        version = pin.version.text
        self.recordedFiles = recordedFiles
        dryRun = isDryRun
    }
}
