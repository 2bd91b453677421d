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
            let counts = markedOnly ? try hasMarker(version, status, in: folder) : status.kind != .other
            if counts { versions.append(version) }
        }
        return versions
    }

    /// The versions that stand there with their marker. Behind a link in the folder's place there are none; whoever wants to
    /// write one there is told why.
    func markedVersions(of name: AssetName, in system: VersioningSystem) throws(FileError) -> [AssetVersion] {
        do throws(FileError) {
            return try versions(of: name, in: system, markedOnly: true)
        } catch  where error.refusal != nil || error.isMissing || error.isNotADirectory {
            return []
        } catch {
            throw error
        }
    }

    /// Whether the version stands there as it should.
    ///
    /// - Parameters:
    ///   - marked: whether a marker is wanted.
    ///   - shape: what is known of the version; nil where nothing is.
    package func state(
        of pin: AssetPin, marked: Bool, as shape: AssetShape? = nil
    ) throws(FileError) -> LocalState {
        guard let folder = try folderIfPresent(of: pin.name), let status = try folder.status(of: pin.version.text)
        else { return .missing }
        switch status.kind {
        case .file, .directory: break
        case .link:
            throw FileError(
                path: "\(folder.path)/\(pin.version)", attempt: .use,
                refusal: .symbolicLink)
        case .other: return .incomplete(.special)
        }
        let marker = marked ? try markerState(pin.version, status, in: folder) : .made
        guard marker == .made else {
            if marker == .missing, let record = try partialRecord(of: pin), try holds(record, of: pin) {
                return .partial(paths: record.paths)
            }
            return .incomplete(marker.fault)
        }
        if let shape, let misfit = try misfit(shape, status.kind, of: pin) { return .incomplete(misfit) }
        return .complete
    }

    /// What stands in the place of a file of a directory asset; of a link on the way there, the link. Nil for nothing.
    package func kind(of path: RelativePath, in pin: AssetPin) throws(FileError) -> FileStatus.Kind? {
        guard var folder = try folderIfPresent(of: pin.name) else { return nil }
        var name = pin.version.text
        var kind = try folder.status(of: name)?.kind
        for component in path.components {
            guard kind == .directory else { return kind == .file ? nil : kind }
            guard let inner = try folder.directoryIfPresent(name) else { return nil }
            (folder, name) = (inner, String(component))
            kind = try folder.status(of: name)?.kind
        }
        return kind
    }

    package func hasPart(_ part: RelativePath, of pin: AssetPin) throws(FileError) -> Bool {
        switch try kind(of: part, in: pin) {
        case .file, .directory: true
        case .link, .other, nil: false
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
        try markerState(version, status, in: folder) == .made
    }

    /// A marker is a file, whatever is in it. What else has its name was made neither by Python modelkit nor by this tool.
    private enum MarkerState: Equatable {
        case made, missing
        case misfit(FileStatus.Kind)

        var fault: LocalFault {
            if case .misfit(let kind) = self { .marker(EntryKind(kind)) } else { .noMarker }
        }
    }

    private func markerState(
        _ version: AssetVersion, _ status: FileStatus, in folder: Directory
    ) throws(FileError) -> MarkerState {
        let marker: FileStatus? =
            switch status.kind {
            case .directory: try folder.directoryIfPresent(version.text)?.status(of: ModelkitLayout.marker)
            case .file: try folder.status(of: ModelkitLayout.fileMarker(of: version))
            case .link, .other: nil
            }
        guard let marker else { return .missing }
        return marker.kind == .file ? .made : .misfit(marker.kind)
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
        for path in record.paths where try kind(of: path, in: pin) != .file { return false }
        return true
    }
}
