package import AssetModel
package import Execution
package import FileSystem

/// Opens the cache that is set.
package struct CacheOpening {
    package let cache: ContentCache?
    /// Why it is not used: then everything comes from the store.
    package let fault: CacheFault?

    /// Makes the folder where it is missing.
    ///
    /// - Throws: where the folder holds something else, which a run must not put its files beside.
    package init(_ settings: Settings, beside directory: Directory) throws(Faults) {
        guard let setting = settings.cacheDirectory else {
            (cache, fault) = (nil, nil)
            return
        }
        do throws(FileError) {
            try makeDirectories(setting.value, isPrivate: true)
            let folder = try Directory.open(AbsolutePath.of(setting.value))
            let (own, other) = (try folder.status(), try directory.status())
            if own.inode == other.inode, own.device == other.device {
                throw FileError(
                    path: folder.path, attempt: .useCache, refusal: .isAssetsDirectory)
            }
            (cache, fault) = (try ContentCache(in: folder), nil)
        } catch {
            guard error.refusal == nil else { throw Faults(.cache(.notACache(error, setting, isToBeFilled: true))) }
            (cache, fault) = (nil, .unusable(error))
        }
    }

    /// The cache of a command that fills it; made where it is missing.
    package static func made(_ setting: Setting<String>?) throws(Faults) -> ContentCache {
        guard let setting else { throw Faults(.cache(.noCache)) }
        do throws(FileError) {
            try makeDirectories(setting.value, isPrivate: true)
            return try ContentCache(in: try Directory.open(AbsolutePath.of(setting.value)))
        } catch {
            throw Faults(error.refusal == nil ? .file(error) : .cache(.notACache(error, setting, isToBeFilled: true)))
        }
    }

    /// The cache of a command that is about it alone; nil where there is nothing in it.
    package static func existing(_ setting: Setting<String>?) throws(Faults) -> ContentCache? {
        guard let setting else {
            throw Faults(.cache(.noCache))
        }
        do throws(FileError) {
            return try ContentCache.existing(in: try Directory.open(AbsolutePath.of(setting.value)))
        } catch {
            if error.isMissing { return nil }
            throw Faults(error.refusal == nil ? .file(error) : .cache(.notACache(error, setting, isToBeFilled: false)))
        }
    }
}

/// Why a cache cannot be used at all.
package enum CacheOpeningFault: Error, Sendable {
    /// None is set.
    case noCache
    /// There is nothing to export in this folder.
    case isEmpty(String)
    /// There is no file to import at this path.
    case noArchive(String)
    /// The folder holds something else, which nothing must be put beside.
    ///
    /// - Parameter isToBeFilled: whether another folder would become one.
    case notACache(FileError, Setting<String>, isToBeFilled: Bool)
}
