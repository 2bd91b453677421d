package import AssetModel
package import FileSystem
package import Planning

/// What the assets directory holds.
package struct LocalCatalog: Sendable {
    /// Nil where it does not exist yet: then nothing is in it.
    private let directory: Directory?

    package init(directory: Directory?) { self.directory = directory }

    /// The versions that stand in the asset's folder.
    ///
    /// - Parameter markedOnly: only those with their marker; Python modelkit without a provider asks for none.
    package func versions(
        of name: AssetName, in system: VersioningSystem, markedOnly: Bool
    ) throws(FileError) -> [AssetVersion] {
        guard let folder = try folderIfPresent(of: name) else { return [] }
        var versions: [AssetVersion] = []
        for entry in try folder.entries() {
            guard let version = system.version(entry), let status = try folder.status(of: entry) else { continue }
            let counts = markedOnly ? try hasMarker(version, status, in: folder) : true
            if counts { versions.append(version) }
        }
        return versions
    }

    /// Whether the version stands there as it should.
    ///
    /// - Parameter marked: whether a marker is wanted.
    package func state(of pin: AssetPin, marked: Bool) throws(FileError) -> LocalState {
        guard let folder = try folderIfPresent(of: pin.name), let status = try folder.status(of: pin.version.text)
        else { return .missing }
        if status.kind == .link {
            throw FileError(
                path: "\(folder.path)/\(pin.version)", attempt: "use",
                refusal: "it is a symbolic link, which could lead out of the directory")
        }
        let complete = marked ? try hasMarker(pin.version, status, in: folder) : true
        if complete { return .complete }
        if let record = try partialRecord(of: pin), try holds(record, of: pin) { return .partial(paths: record.paths) }
        return .incomplete(reason: "no \(ModelkitLayout.marker) marker")
    }

    package func hasPart(_ part: RelativePath, of pin: AssetPin) throws(FileError) -> Bool {
        let parent = [ModelkitLayout.localPath(of: pin), part.parent?.text].compactMap { $0 }.joined(separator: "/")
        do {
            return try directory?.directoryIfPresent(parent)?.status(of: part.lastComponent) != nil
        } catch  where error.isNotADirectory {
            return false
        } catch {
            throw error
        }
    }

    func folder(_ path: String) throws(FileError) -> Directory? {
        path.isEmpty ? directory : try directory?.directoryIfPresent(path)
    }

    private func folderIfPresent(of name: AssetName) throws(FileError) -> Directory? {
        do {
            return try directory?.directoryIfPresent(name.text)
        } catch  where error.isNotADirectory {
            // The name is a file here: not an asset's folder.
            return nil
        } catch {
            throw error
        }
    }

    private func hasMarker(
        _ version: AssetVersion, _ status: FileStatus, in folder: Directory
    ) throws(FileError) -> Bool {
        switch status.kind {
        case .directory: try folder.directory(version.text).status(of: ModelkitLayout.marker) != nil
        case .file: try folder.status(of: ModelkitLayout.fileMarker(of: version)) != nil
        case .link, .other: false
        }
    }
}

// MARK: - Assets fetched in part

extension LocalCatalog {
    func partialRecord(of pin: AssetPin) throws(FileError) -> PartialRecord? {
        let folder = try directory?.directoryIfPresent(ToolLayout.partialRecords(of: pin.name))
        guard let bytes = try folder?.contents(of: ToolLayout.entry(of: pin)) else { return nil }
        return PartialRecord(text: String(decoding: bytes, as: UTF8.self))
    }

    /// Whether all that the record names is there.
    func holds(_ record: PartialRecord, of pin: AssetPin) throws(FileError) -> Bool {
        for path in record.paths where try !hasPart(path, of: pin) { return false }
        return true
    }
}
