internal import Glibc

/// What the file-creation mask (umask) of whoever started the process decides.
///
/// | made | 022 | 002, 000 | 077 |
/// | --- | --- | --- | --- |
/// | files of assets, and their markers | 0644 | 0644 | 0644 |
/// | folders of the assets directory | 0755 | 0775 | 0755 |
/// | lock files in it | 0644 | 0664 | 0644 |
/// | spec, lock and saved plan | 0644 | 0664 | 0600 |
/// | the folder of the cache | 0755 | 0775 | 0700 |
///
/// What is in the assets directory is read by services that run as other users, in images above all, whatever mask it was
/// built under. What several users write there, a group can where the mask leaves it that. A set-group-ID bit is passed on
/// by the system.
package enum CreationMask {
    /// The mask that the process was started with. From the first use on, the process's own is that of the assets directory.
    package static let original: UInt32 = {
        let original = umask(0o022)
        umask(0o022 & (original | 0o002))
        return UInt32(original)
    }()

    /// Makes the process's mask that of the assets directory.
    package static func adopt() { _ = original }

    /// The mode of a file or folder outside the assets directory.
    ///
    /// - Parameter mode: `0o666` or `0o777`.
    package static func applied(to mode: UInt32) -> UInt32 { mode & ~(original | 0o002) }
}
