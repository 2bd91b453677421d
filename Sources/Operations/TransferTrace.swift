internal import AssetModel
internal import Execution
internal import FileSystem

/// Writes down how many transfers were in flight and what that brought, a JSON object a line, to look at how a run tuned
/// itself: `{"t":0.25,"target":32,"in_flight":32,"bytes":41943040}`.
struct TransferTrace: Sendable {
    private let file: File

    /// - Parameter path: what MODELKIT_ASSETS_TRANSFER_TRACE says; nil where it says nothing.
    /// - Returns: nil where nothing is to be written, or nothing can be.
    init?(path: String?) {
        guard let path else { return nil }
        var folder = PathText.components(of: AbsolutePath.of(path))
        guard let name = folder.popLast(),
            let file = try? Directory.open("/" + folder.joined(separator: "/")).createLog(String(name))
        else { return nil }
        self.file = file
    }

    func note(_ event: ExecutionEvent) {
        guard case .concurrency(let tick) = event else { return }
        let milliseconds = Int(tick.seconds * 1000)
        let line =
            "{\"t\":\(Double(milliseconds) / 1000),\"target\":\(tick.target),\"in_flight\":\(tick.inFlight),"
            + "\"bytes\":\(tick.bytes)}\n"
        // What cannot be written is missed in the trace alone.
        try? file.append(line)
    }
}
