package import AssetModel
package import FileSystem
internal import Glibc

/// Opens the assets directory.
enum AssetsDirectoryOpening {
    /// - Returns: nil where it does not exist and is only planned.
    static func open(_ setting: Setting<String>?, ifMissing: MissingDirectory) throws(Faults) -> Directory? {
        guard let setting else {
            if ifMissing == .isUnneeded { return nil }
            throw Faults(.directory(.notSet))
        }
        do throws(FileError) {
            if ifMissing == .isMade { try makeDirectories(setting.value) }
            return try Directory.open(AbsolutePath.of(setting.value))
        } catch {
            if ifMissing == .isPlanned || ifMissing == .isUnneeded, error.isMissing { return nil }
            throw Faults(.directory(.unusable(error, setting)))
        }
    }
}

/// What is the matter with the assets directory.
package enum DirectoryFault: Error, Sendable {
    case notSet
    case unusable(FileError, Setting<String>)
    case noFileLocks(FileError)
}
