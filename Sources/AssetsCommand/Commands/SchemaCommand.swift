internal import ArgumentParser
internal import Terminal

/// The JSON Schemas.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print a JSON Schema: of the spec, or of what this program writes.",
        discussion: """
            EXAMPLE
              modelkit-assets schema spec > assets.schema.json
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case spec, lock, plan, report, progress, check

        var text: String {
            switch self {
            case .spec: SpecSchema.text
            case .lock: LockSchema.text
            case .plan: PlanSchema.text
            case .report: ReportSchema.text
            case .progress: ProgressSchema.text
            case .check: CheckSchema.text
            }
        }
    }

    @Argument(help: ArgumentHelp("spec, lock, plan, report, progress or check.", valueName: "which"))
    var kind = Kind.spec

    func run() throws {
        let shell = Shell()
        shell.console.writeResult(kind.text.hasSuffix("\n") ? kind.text : kind.text + "\n")
        throw ExitCode(shell.exitStatus(0))
    }
}
