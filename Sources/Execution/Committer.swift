internal import AssetModel
internal import Catalog
internal import FileSystem
internal import Planning

/// Lets a sealed asset appear: a rename into place, and its marker.
///
/// A directory comes with its marker inside, so one rename shows all of it. A file is renamed first and marked then:
/// between the two a whole file stands there unmarked, which Python modelkit would fetch anew.
struct Committer: Sendable {
    let fixedTime: Int64?

    func commit(_ staged: StagedAsset) throws(FileError) {
        let folder = try staged.directory.makeDirectory(staged.pin.name.text)
        try writeRecord(of: staged)
        try rename(staged, into: folder)
        if staged.content.kind == .file {
            let time = fixedTime ?? staged.content.pushTime
            try Marker.make(ModelkitLayout.fileMarker(of: staged.pin.version), in: folder, time: time)
        }
        try folder.sync()
        try removeStaging(of: staged)
    }

    private func rename(_ staged: StagedAsset, into folder: Directory) throws(FileError) {
        let version = staged.pin.version.text
        let old = try folder.status(of: version)
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
