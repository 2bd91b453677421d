internal import AssetModel
internal import Execution
internal import FileSystem

/// Notes in the assets directory which sealed plan is being applied, so that whoever applies it again, after a run that
/// did not come to its end, knows what that did from a world that moved.
struct PlanUnderWay: Sendable {
    private let directory: Directory
    private let digest: String

    /// - Parameter plan: the content of its file.
    init(_ plan: [UInt8], in directory: Directory) {
        self.directory = directory
        digest = SHA256Digest(of: String(decoding: plan, as: UTF8.self)).hex + "\n"
    }

    func isNoted() throws(FileError) -> Bool {
        try directory.directoryIfPresent(ToolLayout.folder)?.contents(of: ToolLayout.planUnderWay) == Array(digest.utf8)
    }

    /// Notes it, durably, before anything is done.
    func note() throws(FileError) {
        let folder = try directory.makeDirectory(ToolLayout.folder)
        let file = try folder.createFile(ToolLayout.planUnderWay, truncate: true)
        try file.write(digest)
        try file.sync()
        try folder.sync()
        try directory.sync()
    }

    /// The plan is done, or another run changes what it was about.
    static func forget(in directory: Directory) throws(FileError) {
        try directory.directoryIfPresent(ToolLayout.folder)?.remove(ToolLayout.planUnderWay)
    }
}
