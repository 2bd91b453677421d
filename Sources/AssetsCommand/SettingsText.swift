internal import AssetModel
internal import Operations
internal import Planning
internal import Terminal

/// The settings of a run, each with where it came from.
enum SettingsText {
    /// For `--verbose`: a line each.
    static func lines(_ workspace: Workspace) -> String {
        let spec = CheckTable.Row("spec file", workspace.specFile ?? "none")
        return ([spec] + rows(workspace.settings)).map { row in
            "\(row.name): \(row.value.escapedForTerminal)" + (row.source.map { " (\($0.escapedForTerminal))" } ?? "")
        }.joined(separator: "\n")
    }

    static func rows(_ settings: Settings) -> [CheckTable.Row] {
        [
            row("assets directory", settings.assetsDirectory) ?? CheckTable.Row("assets directory", "not set"),
            row("cache", settings.cacheDirectory),
            row("storage provider", settings.provider?.map(\.rawValue))
                ?? CheckTable.Row(
                    "storage provider", "none; only assets already in the directory can be used", source: "default"),
            row("bucket", settings.provider == nil ? nil : settings.bucket),
            row("prefix", settings.provider == nil ? nil : settings.prefix),
            row("versioning system", settings.versioning.map(\.name)),
            row("duplicates", settings.duplicates.map(\.rawValue)),
            row("force download", settings.forceDownload.map { $0 ? "yes" : "no" }),
            row("lock timeout", settings.lockTimeout.map { Units.duration($0) }),
            row("source date", settings.sourceDate.map { $0.map { "\($0)" } }),
            row("concurrent requests", settings.jobs.map { _ in requests(settings.concurrency) }),
            row("maximum rate", settings.maxRate.map { $0.map { "\(Units.bytes($0))/s" } }),
        ].compactMap(\.self)
    }

    private static func requests(_ limits: ClosedRange<Int>) -> String {
        limits.count == 1 ? "\(limits.upperBound)" : "adaptive, up to \(limits.upperBound)"
    }

    private static func row(_ name: String, _ setting: Setting<String>?) -> CheckTable.Row? {
        setting.map { CheckTable.Row(name, $0.value, source: $0.provenance.description) }
    }
}
