package import AssetModel
package import FileSystem
internal import Glibc

/// Opens the assets directory.
enum AssetsDirectoryOpening {
    /// - Returns: nil where it does not exist and is only planned.
    static func open(_ setting: Setting<String>?, ifMissing: MissingDirectory) throws(Faults) -> Directory? {
        guard let setting else {
            if ifMissing == .isUnneeded { return nil }
            throw Faults(.directory(.notSet(canBeMade: ifMissing == .isToBeMade)))
        }
        do throws(FileError) {
            if ifMissing == .isMade { try makeDirectories(setting.value) }
            return try Directory.open(AbsolutePath.of(setting.value))
        } catch {
            if ifMissing == .isPlanned || ifMissing == .isUnneeded, error.isMissing { return nil }
            let canBeMade = error.isMissing && ifMissing == .isToBeMade
            throw Faults(.directory(.unusable(error, setting, canBeMade: canBeMade)))
        }
    }
}

/// What is the matter with the assets directory.
package enum DirectoryFault: Error, Sendable {
    /// - Parameter canBeMade: whether the command has a flag that makes it.
    case notSet(canBeMade: Bool)
    case unusable(FileError, Setting<String>, canBeMade: Bool)
    case noFileLocks(FileError)
}
