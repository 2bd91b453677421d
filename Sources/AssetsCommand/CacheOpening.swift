internal import AssetModel
internal import Execution
internal import FileSystem

/// Opens the cache that is set.
struct CacheOpening {
    let cache: ContentCache?
    /// Why it is not used: then everything comes from the store.
    let fault: CacheFault?

    /// Makes the folder where it is missing.
    ///
    /// - Throws: where the folder holds something else, which a run must not put its files beside.
    init(_ settings: Settings, beside directory: Directory) throws(Problems) {
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
                    path: folder.path, attempt: "use the cache", refusal: "is the assets directory itself")
            }
            (cache, fault) = (try ContentCache(in: folder), nil)
        } catch {
            guard error.refusal == nil else { throw Problems([.notACache(error, setting)]) }
            (cache, fault) = (nil, .unusable(error))
        }
    }

    /// The cache of a command that is about it alone; nil where there is nothing in it.
    static func existing(_ setting: Setting<String>?) throws(Problems) -> ContentCache? {
        guard let setting else {
            throw Problems([
                Problem(
                    code: "no-cache", message: "no cache is set",
                    hint: "set MODELKIT_ASSETS_CACHE_DIR or give --cache-dir", exitStatus: 9)
            ])
        }
        do throws(FileError) {
            return try ContentCache.existing(in: try Directory.open(AbsolutePath.of(setting.value)))
        } catch {
            if error.isMissing { return nil }
            throw Problems([error.refusal == nil ? Problem(error) : .notACache(error, setting)])
        }
    }
}

extension Problem {
    fileprivate static func notACache(_ error: FileError, _ setting: Setting<String>) -> Problem {
        let words = Problem(error)
        return Problem(
            code: "not-a-cache", message: words.message, details: ["it comes from \(setting.provenance)"],
            hint: "name an empty folder, or one that does not exist yet", exitStatus: 9)
    }
}
