internal import AssetModel
internal import Catalog
internal import FileSystem
internal import Planning

/// Lets a sealed asset appear: a rename into place, and its marker.
///
/// A directory comes with its marker inside, so one rename shows all of it. A file's marker stands beside it and is made
/// first: it says nothing without the file, and what stands there without one is gone before it.
struct Committer: Sendable {
    let fixedTime: Int64?
    /// Told where what stood at the asset's place is kept: a path below the assets directory.
    let tellKept: @Sendable (String) -> Void

    /// What may go of what stands at the place; the rest is moved aside.
    enum Replacement: Sendable {
        /// What a fetch that did not end left.
        case residue
        /// All that is of the asset, in whatever state.
        case asset
        case everything
    }

    func commit(_ staged: StagedAsset, replacing replacement: Replacement) throws(FileError) {
        // Again: they have other locks. Nobody commits one into the folder of another between this look and the rename.
        let turn = try staged.directory.lockItself(alone: AssetPlace.mayBeInside(staged.pin))
        defer { withExtendedLifetime(turn) {} }
        try AssetPlace.refuseOverlap(of: staged.pin, staged.content, in: staged.directory)
        let place = AssetPlace(pin: staged.pin, folder: try staged.directory.makeDirectory(staged.pin.name.text))
        let isReplacing = try staged.staging.isReplacing(staged.pin, in: staged.directory)
        let replaced = ReplacedContent(of: staged.pin.name, in: staged.directory)
        try makeWay(for: staged, at: place, replaced, isReplacing ? .everything : replacement)
        for entry in [place.entry, place.fileMarker] {
            if let kept = try replaced.finish(entry) { tellKept(kept) }
        }
        try writeRecord(of: staged)
        switch staged.content.kind {
        case .directory where try place.kind() == nil: try staged.staging.show(at: place)
        case .directory: try staged.staging.exchange(with: place)
        case .file:
            try Marker.make(place.fileMarker, in: place.folder, time: fixedTime ?? staged.content.pushTime)
            try staged.staging.show(at: place)
        }
        try place.folder.sync()
        try StagingFolder.discard(staged.pin, in: staged.directory)
    }

    // MARK: What stands there

    /// Leaves nothing at the place but what one step can replace.
    private func makeWay(
        for staged: StagedAsset, at place: AssetPlace, _ replaced: ReplacedContent, _ replacement: Replacement
    ) throws(FileError) {
        if try place.hasMisfitMarker() {
            let mayGo = replacement == .everything
            if mayGo { try place.unmarkFile() } else { try keep(place.fileMarker, of: place, replaced) }
        }
        guard let found = try place.kind() else {
            // A marker without its file is none of the directory's.
            if staged.content.kind == .directory { try place.unmarkFile() }
            return
        }
        guard try mayGo(found, at: place, for: staged, replaced, replacement) else {
            try place.unmarkFile()
            return try keep(place.entry, of: place, replaced)
        }
        if try isReplaceable(found, at: place, by: staged) {
            // A file's marker beside a directory is of neither.
            if staged.content.kind == .directory { try place.unmarkFile() }
            return
        }
        if replacement != .residue { try staged.staging.noteReplacing() }
        try place.unmark()
        try place.remove()
    }

    /// Whether all that stands at the place may go, once what of it is somebody's own was moved aside.
    private func mayGo(
        _ found: FileStatus.Kind, at place: AssetPlace, for staged: StagedAsset, _ replaced: ReplacedContent,
        _ replacement: Replacement
    ) throws(FileError) -> Bool {
        switch (replacement, staged.content.kind, found) {
        case (.everything, _, _), (.asset, .file, .file): return true
        case (.asset, .directory, .directory):
            let others = try OtherFiles.paths(
                below: try place.folder.directory(place.entry), besides: try known(of: staged))
            try replaced.gather(others, of: place.entry, in: place.folder)
            return true
        case (.asset, _, _), (.residue, _, _): return try isResidue(place, beside: staged)
        }
    }

    /// The files that are the asset's: those that are wanted now, and those that were fetched of it in part.
    private func known(of staged: StagedAsset) throws(FileError) -> Set<String> {
        var paths = staged.content.objects.compactMap(\.path)
        let local = LocalCatalog(directory: staged.directory)
        if case .partial(let fetched) = try local.state(of: staged.pin, marked: true) { paths += fetched }
        return Set(paths.map(\.text) + [ModelkitLayout.marker])
    }

    private func keep(_ entry: String, of place: AssetPlace, _ replaced: ReplacedContent) throws(FileError) {
        if let kept = try replaced.keep(entry, of: place.folder) { tellKept(kept) }
    }

    private func isResidue(_ place: AssetPlace, beside staged: StagedAsset) throws(FileError) -> Bool {
        let fetched = Residue.Place(folder: staged.folder, entry: ToolLayout.content)
        return try Residue(fetched: fetched).holds(Residue.Place(folder: place.folder, entry: place.entry))
    }

    /// Whether one step puts the asset in its place, and nothing that is made before it is believed of the old content: not
    /// a file's marker, nor the record of an asset in part.
    private func isReplaceable(
        _ found: FileStatus.Kind, at place: AssetPlace, by staged: StagedAsset
    ) throws(FileError) -> Bool {
        switch staged.content.kind {
        case .file where found == .file: try place.folder.status(of: place.fileMarker) != nil
        case .directory where found == .directory:
            if staged.content.selection == nil {
                true
            } else {
                try LocalCatalog(directory: staged.directory).isOurs(staged.pin)
            }
        default: false
        }
    }

    // MARK: The record

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
