internal import AssetModel
internal import Catalog
internal import FileSystem
internal import Planning

/// Lets a sealed asset appear: a rename into place, and its marker.
///
/// A directory comes with its marker inside, so one rename shows all of it. A file's marker stands beside it: where
/// nothing stands yet it is made first, and says nothing without the file; where something does, it is made last, so that
/// what is replaced is never taken for whole.
struct Committer: Sendable {
    let fixedTime: Int64?

    func commit(_ staged: StagedAsset) throws(FileError) {
        let folder = try staged.directory.makeDirectory(staged.pin.name.text)
        try writeRecord(of: staged)
        let old = try folder.status(of: staged.pin.version.text)
        if old == nil { try markFile(staged, in: folder) }
        try rename(staged, over: old, into: folder)
        if old != nil { try markFile(staged, in: folder) }
        try folder.sync()
        try removeStaging(of: staged)
    }

    private func markFile(_ staged: StagedAsset, in folder: Directory) throws(FileError) {
        guard staged.content.kind == .file else { return }
        let marker = ModelkitLayout.fileMarker(of: staged.pin.version)
        try Marker.make(marker, in: folder, time: fixedTime ?? staged.content.pushTime)
    }

    private func rename(_ staged: StagedAsset, over old: FileStatus?, into folder: Directory) throws(FileError) {
        let version = staged.pin.version.text
        // A file takes a file's place by itself; a folder that is not empty, and another kind, must be exchanged.
        if old == nil || (old?.kind == .file && staged.content.kind == .file) {
            try staged.folder.rename(ToolLayout.content, to: folder, as: version)
        } else {
            try staged.folder.exchange(ToolLayout.content, with: folder, version)
        }
    }

    /// The record of an asset in part is there before the asset is, and counts only with its files.
    private func writeRecord(of staged: StagedAsset) throws(FileError) {
        let entry = ToolLayout.entry(of: staged.pin)
        guard staged.content.selection != nil else {
            try staged.directory.directoryIfPresent(ToolLayout.partialRecords(of: staged.pin.name))?.remove(entry)
            return
        }
        let records = try staged.directory.makeDirectory(ToolLayout.partialRecords(of: staged.pin.name))
        let record = PartialRecord(paths: staged.content.objects.compactMap(\.path))
        let file = try staged.folder.createFile("record", truncate: true)
        try file.write(record.text)
        try file.setMode(0o644)
        try file.setTime(to: fixedTime ?? staged.content.pushTime)
        try file.sync()
        try staged.folder.rename("record", to: records, as: entry)
    }

    private func removeStaging(of staged: StagedAsset) throws(FileError) {
        let (parent, entry) = splitLast(ToolLayout.staging(of: staged.pin))
        try staged.directory.directory(parent).remove(entry)
    }
}
