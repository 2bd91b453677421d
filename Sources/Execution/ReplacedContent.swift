package import AssetModel
internal import FileSystem
internal import Synchronization

/// What stood at an asset's place without its marker and was not left there by a fetch: somebody's own. It is moved aside
/// and told of, never removed.
///
/// It is kept as `.modelkit-assets/replaced/NAME/@VERSION`, what comes later as `@VERSION~2` and so on, up to `limit`: what
/// is in one of them already is not kept again.
///
/// Where a folder cannot be renamed, or only some of its files are somebody's, they are moved one by one to `@VERSION~part`,
/// which is renamed when it has all of them. A run that finds one goes on with it.
struct ReplacedContent {
    /// How many are kept of one place: where there are as many, something makes them anew with every run.
    static let limit = 10

    private let directory: Directory
    private let path: String

    init(of name: AssetName, in directory: Directory) {
        self.directory = directory
        path = ToolLayout.replacedContent(of: name)
    }

    /// Moves an entry of the asset's folder aside, durably.
    ///
    /// - Returns: the path that it has now, below the assets directory; nil where the same is kept already, and the entry
    ///   was removed.
    func keep(_ entry: String, of folder: Directory) throws(FileError) -> String? {
        let kept = try directory.makeDirectory(path)
        let place = Residue.Place(folder: folder, entry: entry)
        for name in names(of: entry) where try kept.status(of: name) != nil {
            guard try Residue(fetched: Residue.Place(folder: kept, entry: name)).holds(place) else { continue }
            try folder.remove(entry)
            return nil
        }
        // Before anything is moved: where there is no room for it, it stays.
        let name = try freeName(of: entry, in: kept)
        do {
            try folder.rename(entry, to: kept, as: name)
            try kept.syncFileSystem()
            return "\(path)/\(name)"
        } catch  where error.isAcrossFileSystems && folder.isOnMount(of: kept) {
            // What is moved in steps must not have its marker meanwhile.
            try folder.directory(entry).remove(ModelkitLayout.marker)
            try folder.moveEntries(of: entry, to: kept, as: part(of: entry))
            try folder.sync()
            return try finish(entry)
        } catch {
            throw error
        }
    }

    /// Moves files out of the asset's folder that are none of the asset's; `finish` gives what they are moved to its name.
    ///
    /// - Parameter paths: below the folder.
    func gather(_ paths: [String], of entry: String, in folder: Directory) throws(FileError) {
        guard !paths.isEmpty else { return }
        let (kept, source) = (try directory.makeDirectory(path), try folder.directory(entry))
        var moved: [String] = []
        for path in paths {
            guard try has(path, of: source, entry, in: kept) else {
                moved.append(path)
                continue
            }
            let (parent, name) = splitLast(path)
            try source.directory(parent).remove(name)
        }
        guard !moved.isEmpty else { return }
        // Before anything is moved: where there is no room for it, it stays.
        _ = try freeName(of: entry, in: kept)
        for path in moved {
            let (parent, name) = splitLast(path)
            let target = try kept.makeDirectory(part(of: entry) + (parent.isEmpty ? "" : "/\(parent)"))
            var free = name
            while try target.status(of: free) != nil { free += "~" }
            try source.directory(parent).rename(name, to: target, as: free)
        }
    }

    /// Whether the file is kept already, as it is.
    private func has(
        _ path: String, of source: Directory, _ entry: String, in kept: Directory
    ) throws(FileError) -> Bool {
        let (parent, last) = splitLast(path)
        let place = Residue.Place(folder: try source.directory(parent), entry: last)
        for name in names(of: entry) where try kept.status(of: name)?.kind == .directory {
            guard let folder = try kept.directory(name).directoryIfPresent(parent) else { continue }
            let other = Residue.Place(folder: folder, entry: last)
            guard try other.status()?.size == place.status()?.size else { continue }
            if try Residue(fetched: other).holds(place) { return true }
        }
        return false
    }

    /// Gives what was moved entry by entry its name, where a run did not come to that.
    ///
    /// - Returns: its path; nil where there is nothing of the kind.
    func finish(_ entry: String) throws(FileError) -> String? {
        guard let kept = try directory.directoryIfPresent(path), try kept.status(of: part(of: entry)) != nil else {
            return nil
        }
        let name = try freeName(of: entry, in: kept)
        try kept.rename(part(of: entry), to: kept, as: name)
        try kept.syncFileSystem()
        return "\(path)/\(name)"
    }

    private func names(of entry: String) -> [String] {
        ["@\(entry)"] + (2...Self.limit).map { "@\(entry)~\($0)" }
    }

    private func part(of entry: String) -> String { "@\(entry)~part" }

    private func freeName(of entry: String, in kept: Directory) throws(FileError) -> String {
        for name in names(of: entry) where try kept.status(of: name) == nil { return name }
        throw FileError(
            path: kept.path, attempt: .moveUnmarked,
            refusal: .tooManyCopies(Self.limit, of: entry))
    }
}

/// Where what stood at an asset's place was moved to.
package struct KeptContent: Sendable, Hashable {
    package let pin: AssetPin
    /// Below the assets directory.
    package let path: String

    package init(pin: AssetPin, path: String) {
        self.pin = pin
        self.path = path
    }
}

/// A class because many tasks add to it.
final class KeptContents: Sendable {
    private let contents = Mutex<[KeptContent]>([])

    func note(_ pin: AssetPin, _ path: String) { contents.withLock { $0.append(KeptContent(pin: pin, path: path)) } }

    var all: [KeptContent] { contents.withLock { $0.sorted { ($0.pin, $0.path) < ($1.pin, $1.path) } } }
}
