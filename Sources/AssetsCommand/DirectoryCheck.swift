internal import AssetModel
internal import FileSystem

/// Whether the assets directory can take what a run would put there. Writes nothing.
struct DirectoryCheck: Sendable {
    private let directory: Directory

    init(_ directory: Directory) { self.directory = directory }

    /// What keeps a run from writing.
    var problems: [Problem] {
        [directory.writeObstacle.map { Problem($0) }, directory.lockObstacle.map(Self.noLocks)].compactMap(\.self)
    }

    var rows: [CheckTable.Row] {
        [
            row("can be written", directory.writeObstacle.map { Problem($0) }),
            row("file locks work", directory.lockObstacle.map(Self.noLocks)), freeSpace,
        ]
    }

    private var freeSpace: CheckTable.Row {
        guard let bytes = try? directory.freeSpace() else {
            return CheckTable.Row("free space", "the file system does not say", state: .unproven)
        }
        guard bytes > 0 else {
            return CheckTable.Row("free space", "none", state: .failed, remedy: "make room on the file system")
        }
        return CheckTable.Row("free space", Units.bytes(bytes), state: .ok)
    }

    private func row(_ name: String, _ problem: Problem?) -> CheckTable.Row {
        guard let problem else { return CheckTable.Row(name, "yes", state: .ok) }
        return CheckTable.Row(name, problem.message, state: .failed, remedy: problem.hint)
    }

    private static func noLocks(_ obstacle: FileError) -> Problem {
        Problem(
            code: "no-file-locks", message: "file locks do not work in `\(obstacle.path)`: \(obstacle.reason)",
            details: ["without them two runs, or a run and Python modelkit, could write one asset at once"],
            hint: "choose a directory on a local file system, or mount this one with locks", exitStatus: 9)
    }
}
