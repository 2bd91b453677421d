internal import AssetModel
internal import Operations
internal import Words

/// What is said besides the progress, for programs: with `--progress json` every line of standard error is an event.
enum JSONDiagnostics {
    static func warning(_ message: String) -> String? {
        try? JSONText.line(Message(event: "warning", message: message))
    }

    /// Something that is neither an error nor a warning.
    static func note(_ message: String) -> String? { try? JSONText.line(Message(event: "note", message: message)) }

    static func error(_ problem: Problem) -> String? {
        try? JSONText.line(Failure(failure: ReportDocument.Failure(problem)))
    }

    /// The last line of a run.
    static func finished(_ run: Run) -> String? {
        let report = ReportDocument(run)
        return try? JSONText.line(
            Finished(status: report.status, exitStatus: report.exitStatus, totals: report.totals))
    }

    private struct Message: Encodable {
        let event: String
        let message: String
    }

    private struct Failure: Encodable {
        private let event = "error"
        let failure: ReportDocument.Failure

        enum CodingKeys: CodingKey {
            case event
        }

        /// The failure's own keys beside `event`.
        func encode(to encoder: any Encoder) throws {
            try failure.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(event, forKey: .event)
        }
    }

    private struct Finished: Encodable {
        private let event = "finished"
        let status: Run.Status
        let exitStatus: Int32
        let totals: ReportDocument.Totals

        enum CodingKeys: CodingKey {
            case event, status, exitStatus, totals
        }
    }
}
