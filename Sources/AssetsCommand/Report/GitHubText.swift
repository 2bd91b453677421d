internal import AssetModel
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// A run as GitHub's runner reads it: annotations on the lines of the spec, and the summary of a job.
///
/// Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
struct GitHubText: Sendable {
    /// GitHub shows ten errors of a step.
    private static let annotationLimit = 10
    /// Of assets in the summary, which may have 1 MiB.
    private static let rowLimit = 1000

    private let run: Run
    private let assets: [RunAsset]

    init(_ run: Run) {
        self.run = run
        assets = run.assets
    }

    // MARK: Annotations

    /// A line each, `::error file=assets.yaml,line=3,col=5,title=unknown-asset::there is no asset …`.
    var annotations: [String] {
        let places = Dictionary(run.plan.entries.map { ($0.pin, $0.entry.excerpt) }) { first, _ in first }
        let errors =
            run.problems.map { annotation($0, $0.excerpt) }
            + run.failures.map { annotation($0.problem, $0.first.excerpt ?? places[$0.pin] ?? nil, of: $0.pin) }
        let warnings = run.warnings.map { "::warning::\(Self.escaped($0))" }
        return Array(errors.prefix(Self.annotationLimit)) + warnings.prefix(Self.annotationLimit)
    }

    private func annotation(_ problem: Problem, _ excerpt: SourceExcerpt?, of pin: AssetPin? = nil) -> String {
        var properties: [(String, String)] = []
        if let location = excerpt?.location {
            properties = [("file", location.file), ("line", "\(location.line)"), ("col", "\(location.column)")]
        }
        properties.append(("title", pin.map { "\($0)" } ?? problem.code))
        let message = [problem.message] + problem.details + (problem.hint.map { ["hint: \($0)"] } ?? [])
        let named = properties.map { "\($0)=\(Self.escapedProperty($1))" }.joined(separator: ",")
        return "::error \(named)::\(Self.escaped(message.joined(separator: "\n")))"
    }

    private static func escaped(_ text: String) -> String { percentEncoded(text, "%\r\n") }

    private static func escapedProperty(_ text: String) -> String { percentEncoded(text, "%\r\n:,") }

    /// By scalars: a carriage return and a line feed are one Character, and would end the command as they are.
    private static func percentEncoded(_ text: String, _ special: String) -> String {
        var encoded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if special.unicodeScalars.contains(scalar) {
                let code = hexadecimalByte(UInt8(truncatingIfNeeded: scalar.value))
                encoded.append(contentsOf: code.unicodeScalars)
            } else {
                encoded.append(scalar)
            }
        }
        return String(encoded)
    }

    /// `%0A`
    private static func hexadecimalByte(_ byte: UInt8) -> String {
        "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    // MARK: The summary of the job

    /// Markdown, for the file that GITHUB_STEP_SUMMARY names.
    var summary: String {
        var lines = ["### Assets", "", conclusion, ""]
        if !assets.isEmpty {
            lines += ["| asset | | files | fetched |", "| --- | --- | ---: | ---: |"]
            lines += assets.prefix(Self.rowLimit).map { asset in
                let files = asset.step.content.map { "\($0.objects.count)" } ?? ""
                let bytes = asset.outcome == .fetched ? Units.bytes(asset.downloadedBytes) : ""
                return "| `\(asset.step.pin)` | \(asset.outcome.rawValue) | \(files) | \(bytes) |"
            }
            if assets.count > Self.rowLimit { lines.append("\nand \(assets.count - Self.rowLimit) more") }
            lines.append("")
        }
        let problems = run.problems + run.failures.map(\.problem)
        lines += problems.prefix(Self.annotationLimit).map { problem in
            "- **\(problem.code)**: \(problem.message)" + (problem.hint.map { " (\($0))" } ?? "")
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private var conclusion: String {
        func count(_ outcome: RunAsset.Outcome) -> Int { assets.filter { $0.outcome == outcome }.count }
        let bytes = ByteSum.of(assets.map(\.downloadedBytes))
        switch run.status {
        case .done:
            return
                "\(Units.count(count(.fetched), "asset")) fetched (\(Units.bytes(bytes))), \(count(.present)) present."
        case .failed: return "Failed with exit status \(run.exitStatus)."
        case .interrupted: return "Interrupted."
        }
    }
}
