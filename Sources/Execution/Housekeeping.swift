internal import AssetModel
internal import Catalog
package import FileSystem
package import Planning

/// What is done after the assets: the folders between get times that do not depend on when and in what order they
/// were made, and the tool's own folder goes.
///
/// A folder's time is the latest of what stands in it, entries that begin with a dot left out. modelkit's folder of
/// locks, where nothing has a date, has SOURCE_DATE_EPOCH or 0.
package struct Housekeeping: Sendable {
    private let directory: Directory
    private let fixedTime: Int64?

    package init(directory: Directory, fixedTime: Int64?) {
        self.directory = directory
        self.fixedTime = fixedTime
    }

    /// Whether a run ended before it had tidied up: staging goes before the tool's own folder, and that only when empty.
    package var isDue: Bool {
        // What cannot be read cannot be tidied either.
        guard let tool = try? directory.directoryIfPresent(ToolLayout.folder), let entries = try? tool.entries() else {
            return false
        }
        return entries.isEmpty || entries.contains(splitLast(ToolLayout.stagingFolder).last)
    }

    /// - Parameters:
    ///   - plan: whose assets' folders are dated.
    ///   - abandoned: whether what is in staging of other versions goes too, where no process has its asset's lock.
    package func tidy(_ plan: Plan, abandoned: Bool = false) throws(FileError) {
        try removeLeftovers(of: plan, abandoned: abandoned)
        // Staging last: while it is there, a run that finds nothing to fetch tidies up too.
        try removeEmptyFolders(ToolLayout.partialFolder)
        try removeEmptyFolders(ToolLayout.replacedFolder)
        try removeEmptyFolders(ToolLayout.stagingFolder)
        if let tool = try directory.directoryIfPresent(ToolLayout.folder) {
            if try tool.entries().isEmpty { _ = directory.removeIfEmpty(ToolLayout.folder) }
        }
        let names = Set(plan.steps.map(\.pin.name))
        try dateFolders(names.map { ModelkitLayout.lockFile(of: $0) }, undated: true)
        try dateFolders(names.map { $0.text + "/" }, undated: false)
    }

    /// Removes what killed runs left in staging: of every asset there, since one that is gone is in no plan.
    private func removeLeftovers(of plan: Plan, abandoned: Bool) throws(FileError) {
        let pins = Dictionary(grouping: plan.steps.map(\.pin), by: \.name)
        for name in try names(below: "") {
            let entries = Dictionary(grouping: pins[name] ?? [], by: ToolLayout.entry).compactMapValues(\.first)
            try StagingFolder.sweep(name, in: directory) { entry throws(FileError) in
                guard let pin = entries[entry] else { return abandoned ? .none : .later }
                return try LocalCatalog(directory: directory).isOurs(pin) ? .none : .later
            }
        }
    }

    /// The assets that have something in staging.
    private func names(below path: String) throws(FileError) -> [AssetName] {
        guard let folder = try directory.directoryIfPresent("\(ToolLayout.stagingFolder)/\(path)") else { return [] }
        let entries = try folder.entries()
        var names: [AssetName] = []
        // What no asset has for a name is not the tool's.
        if entries.contains(where: { $0.hasPrefix("@") }), let name = try? AssetName(path) { names.append(name) }
        for entry in entries where !entry.hasPrefix("@") {
            guard try folder.status(of: entry)?.kind == .directory else { continue }
            names += try self.names(below: path.isEmpty ? entry : "\(path)/\(entry)")
        }
        return names
    }

    /// Removes the folders below and the folder itself, those that hold no file.
    private func removeEmptyFolders(_ path: String) throws(FileError) {
        guard let folder = try directory.directoryIfPresent(path) else { return }
        for entry in try folder.entries() where try folder.status(of: entry)?.kind == .directory {
            try removeEmptyFolders("\(path)/\(entry)")
        }
        let (parent, entry) = splitLast(path)
        // Another run may be making something in it: then it stays.
        _ = try directory.directoryIfPresent(parent)?.removeIfEmpty(entry)
    }

    // MARK: Times

    private func dateFolders(_ paths: [String], undated: Bool) throws(FileError) {
        var folders: Set<String> = undated ? [] : [""]
        for path in paths {
            var folder = splitLast(path).parent
            while !folder.isEmpty, folders.insert(folder).inserted { folder = splitLast(folder).parent }
        }
        // A longer path is deeper or beside: what is in a folder is dated before it.
        for folder in folders.sorted(by: { ($1.utf8.count, $1) < ($0.utf8.count, $0) }) {
            guard let directory = try directory.directoryIfPresent(folder) else { continue }
            if undated {
                try dateLocks(in: directory)
            } else if let time = try latest(in: directory) {
                try date { () throws(FileError) in try directory.setTime(to: time) }
            }
        }
    }

    private func dateLocks(in folder: Directory) throws(FileError) {
        let time = fixedTime ?? 0
        for entry in try folder.entries() where entry.hasSuffix(".lock") {
            try date { () throws(FileError) in try folder.setTime(of: entry, to: time) }
        }
        try date { () throws(FileError) in try folder.setTime(to: time) }
    }

    /// Leaves alone what is another user's, whose times nobody else can set.
    private func date(_ body: () throws(FileError) -> Void) throws(FileError) {
        do {
            try body()
        } catch  where error.isNotPermitted {
            return
        } catch {
            throw error
        }
    }

    private func latest(in folder: Directory) throws(FileError) -> Int64? {
        var latest: Int64?
        for entry in try folder.entries() where !PathText.hasPrefix(entry, ".") {
            guard let status = try folder.status(of: entry) else { continue }
            latest = max(latest ?? status.modified, status.modified)
        }
        return latest
    }
}
