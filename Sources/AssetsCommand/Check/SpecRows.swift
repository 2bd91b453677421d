internal import AssetModel
internal import Operations
internal import Terminal
internal import Words

extension CheckRows {
    /// The rows about what the spec asks for.
    func spec(_ findings: SpecFindings) -> Part {
        let problems = Problems(Faults(findings.faults)).list
        var rows = problems.map { failed("resolves", $0) }
        if rows.isEmpty {
            let value =
                "\(findings.entries) \(findings.entries == 1 ? "entry" : "entries") of \(findings.file), "
                + Units.count(findings.assets.count, "asset")
            rows.append((CheckTable.Row("resolves", value, state: .ok), nil))
        }
        rows += findings.unreadable.map { asset in
            let problem = Problem(asset.error)
            let more = asset.files > 1 ? " (and \(asset.files - 1) more of `\(asset.pin)`)" : ""
            let row = CheckTable.Row(
                "can be read", problem.message + more, state: .failed, remedy: problem.hint)
            return (row, problem.exitStatus)
        }
        if findings.readable > 0 {
            rows.append((CheckTable.Row("can be read", Units.count(findings.readable, "file"), state: .ok), nil))
        }
        return Part("Spec", rows.map(\.row), rows.compactMap(\.status))
    }
}
