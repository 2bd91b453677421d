internal import AssetModel
internal import Catalog
internal import FileSystem
internal import Planning

/// Lets a sealed asset appear: a rename into place, and its marker.
///
/// A directory comes with its marker inside, so one rename shows all of it. A file's marker stands beside it and is made
/// first: it says nothing without the file, and what stands there without one is moved away before it.
struct Committer: Sendable {
    let fixedTime: Int64?

    func commit(_ staged: StagedAsset) throws(FileError) {
        let folder = try staged.directory.makeDirectory(staged.pin.name.text)
        try writeRecord(of: staged)
        switch staged.content.kind {
        case .directory: try showDirectory(staged, in: folder)
        case .file: try showFile(staged, in: folder)
        }
        try folder.sync()
        try StagingFolder.discard(staged.pin, in: staged.directory)
    }

    /// A folder that is not empty, and another kind, must be exchanged; the journal is not of what staging has then.
    private func showDirectory(_ staged: StagedAsset, in folder: Directory) throws(FileError) {
        let version = staged.pin.version.text
        guard try folder.status(of: version) != nil else {
            return try staged.folder.rename(ToolLayout.content, to: folder, as: version)
        }
        try staged.staging.giveUp()
        try staged.folder.exchange(ToolLayout.content, with: folder, version)
    }

    private func showFile(_ staged: StagedAsset, in folder: Directory) throws(FileError) {
        let version = staged.pin.version.text
        if let old = try folder.status(of: version) {
            let marker = try folder.status(of: ModelkitLayout.fileMarker(of: staged.pin.version))
            if old.kind != .file || marker == nil { try staged.staging.setAside(version, of: folder) }
        }
        try markFile(staged, in: folder)
        try staged.folder.rename(ToolLayout.content, to: folder, as: version)
    }

    private func markFile(_ staged: StagedAsset, in folder: Directory) throws(FileError) {
        let marker = ModelkitLayout.fileMarker(of: staged.pin.version)
        try Marker.make(marker, in: folder, time: fixedTime ?? staged.content.pushTime)
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
        let file = try staged.folder.createFile(StagingFolder.record, truncate: true)
        try file.write(record.text)
        try file.setMode(0o644)
        try file.setTime(to: fixedTime ?? staged.content.pushTime)
        try file.sync()
        try staged.folder.rename(StagingFolder.record, to: records, as: entry)
    }
}
