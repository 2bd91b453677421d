internal import ArgumentParser
internal import AssetModel
internal import FileSystem
internal import Operations
internal import Synchronization

/// Where the figures of a run go.
struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the figures of the run to this file, for the textfile collector of Prometheus", valueName: "file"),
        completion: .file())
    var metricsFile: String?

    /// - Parameter subject: what the command is about: a spec, an asset or a plan.
    func file(_ command: String, _ subject: String) -> MetricsFile? {
        metricsFile.map { MetricsFile(path: $0, command: command, subject: subject) }
    }
}

/// The figures of a run, for the textfile collector of Prometheus' node_exporter: written whole when the run is over, however
/// it ended. Every figure is of this run alone, and so a gauge: two runs with the same figure are no counter that stood still.
///
/// Sources: <https://prometheus.io/docs/instrumenting/exposition_formats/>,
/// <https://github.com/prometheus/node_exporter#textfile-collector>
///
/// A class because the run becomes known after it.
final class MetricsFile: Sendable {
    private let path: String
    private let labels: String
    private let start = ContinuousClock.now
    private let run = Mutex(Run())

    init(path: String, command: String, subject: String) {
        self.path = path
        labels = "command=\"\(command)\",subject=\"\(Self.escaped(subject))\""
    }

    func note(_ run: Run) { self.run.withLock { $0 = run } }

    /// - Throws: where it cannot be written.
    func write(exitStatus: Int32, retries: Int) throws(FileError) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let text = text(run.withLock { $0 }, exitStatus: exitStatus, retries: retries, seconds: seconds)
        try FigureFile.write(text, to: path)
    }

    private func text(_ run: Run, exitStatus: Int32, retries: Int, seconds: Double) -> String {
        let totals = ReportDocument(run).totals
        let outcomes: [(String, Int)] = [
            ("present", totals.present), ("fetched", totals.fetched), ("failed", totals.failed),
            ("skipped", totals.skipped), ("interrupted", totals.interrupted),
        ]
        return [
            metric(
                "assets", "gauge", "Assets by outcome.", outcomes.map { (",outcome=\"\($0)\"", "\($1)") }),
            metric("downloaded_bytes", "gauge", "Bytes fetched from the store.", totals.downloadedBytes),
            metric("downloaded_files", "gauge", "Files fetched from the store.", totals.downloadedObjects),
            metric("cached_bytes", "gauge", "Bytes taken from the shared cache.", totals.cachedBytes),
            metric("cached_files", "gauge", "Files taken from the shared cache.", totals.cachedObjects),
            metric("resumed_bytes", "gauge", "Bytes resumed from an earlier run.", totals.resumedBytes),
            metric("retries", "gauge", "Retried requests.", retries),
            metric("duration_seconds", "gauge", "Duration of the run in seconds.", JSONText.seconds(seconds)),
            metric("exit_status", "gauge", "The exit status of the run: 0 is success.", exitStatus),
            metric("end_timestamp_seconds", "gauge", "End of the run, in Unix time.", Int64(WallClock.now())),
        ].joined()
    }

    private func metric(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) -> String
    {
        metric(name, type, help, [("", value.description)])
    }

    private func metric(_ name: String, _ type: String, _ help: String, _ samples: [(String, String)]) -> String {
        let name = "modelkit_assets_\(name)"
        let lines = samples.map { "\(name){\(labels)\($0)} \($1)\n" }.joined()
        return "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(lines)"
    }

    /// The value of a label.
    private static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": escaped.append(contentsOf: ["\\", scalar])
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
