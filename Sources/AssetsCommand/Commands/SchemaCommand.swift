internal import ArgumentParser
internal import Terminal

/// The JSON Schemas.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of a document",
        discussion: """
            EXAMPLE
              modelkit-assets schema spec > assets.schema.json
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case spec, lock, plan, report, progress, check, annotate, image
        case lockChanges = "lock-changes"

        var text: String {
            switch self {
            case .spec: SpecSchema.text
            case .lock: LockSchema.text
            case .plan: PlanSchema.text
            case .report: ReportSchema.text
            case .progress: ProgressSchema.text
            case .check: CheckSchema.text
            case .image: ImageSchema.text
            case .lockChanges: LockChangesSchema.text
            case .annotate: AnnotateSchema.text
            }
        }
    }

    @Argument(help: ArgumentHelp("Document", valueName: "document"))
    var kind = Kind.spec

    func run() throws {
        let shell = Shell()
        shell.console.writeResult(kind.text.hasSuffix("\n") ? kind.text : kind.text + "\n")
        throw ExitCode(shell.exitStatus(0))
    }
}
