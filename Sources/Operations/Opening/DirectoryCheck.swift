package import FileSystem

/// Whether the assets directory can take what a run would put there. Writes nothing.
package struct DirectoryCheck: Sendable {
    /// Why a file cannot be made there.
    package let writeObstacle: FileError?
    /// Why file locks do not work there.
    package let lockObstacle: FileError?
    /// In bytes; nil where the file system does not say.
    package let freeSpace: Int64?

    package init(_ directory: Directory) {
        writeObstacle = directory.writeObstacle
        lockObstacle = directory.lockObstacle
        freeSpace = try? directory.freeSpace()
    }

    /// What keeps a run from writing.
    package var faults: [Fault] {
        [writeObstacle.map { .file($0) }, lockObstacle.map { .directory(.noFileLocks($0)) }].compactMap(\.self)
    }
}
