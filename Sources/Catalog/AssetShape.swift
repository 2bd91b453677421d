package import AssetModel
internal import FileSystem
package import Planning

/// What must stand in an asset's place beside its marker: a file, or a folder with these files in it.
///
/// What is missing in a folder is no fault of its shape: what has its marker is taken as it is, as Python modelkit does.
package struct AssetShape: Sendable {
    package let kind: AssetKind
    /// Of a directory asset's files.
    package let paths: [RelativePath]

    package init(_ metadata: VersionMetadata) {
        self.init(kind: metadata.kind, objects: metadata.objects)
    }

    package init(_ content: StepContent) {
        self.init(kind: content.kind, objects: content.objects)
    }

    package init(kind: AssetKind, objects: [ObjectFacts]) {
        self.kind = kind
        paths = objects.compactMap(\.path)
    }
}

extension LocalCatalog {
    /// Why what stands there cannot be the asset, whatever is in it; nil where it can.
    func misfit(_ shape: AssetShape, _ found: FileStatus.Kind, of pin: AssetPin) throws(FileError) -> LocalFault? {
        switch (shape.kind, found) {
        case (.file, .file): nil
        case (.file, _): .wrongKind(expected: .file, found: EntryKind(found))
        case (.directory, .directory): try misfit(shape.paths, of: pin)
        case (.directory, _): .wrongKind(expected: .directory, found: EntryKind(found))
        }
    }

    /// The first of the files in whose place something else stands.
    private func misfit(_ paths: [RelativePath], of pin: AssetPin) throws(FileError) -> LocalFault? {
        guard let place = try folder(ModelkitLayout.localPath(of: pin)) else { return nil }
        var folders = ["": ListedFolder(directory: place, kinds: try place.kinds())]
        for path in paths {
            var (folder, parent) = (folders[""], "")
            for component in path.components.dropLast() {
                let inner = parent.isEmpty ? String(component) : "\(parent)/\(component)"
                switch folder?.kinds[String(component)] {
                case .directory?:
                    if folders[inner] == nil { folders[inner] = try folder?.inner(String(component)) }
                    folder = folders[inner]
                case nil: folder = nil
                case let kind?: return .part(inner, EntryKind(kind))
                }
                parent = inner
            }
            guard let kind = folder?.kinds[path.lastComponent], kind != .file else { continue }
            return .part(path.text, EntryKind(kind))
        }
        return nil
    }

    private struct ListedFolder {
        let directory: Directory
        let kinds: [String: FileStatus.Kind]

        /// Nil where it went meanwhile.
        func inner(_ name: String) throws(FileError) -> ListedFolder? {
            guard let inner = try directory.directoryIfPresent(name) else { return nil }
            return ListedFolder(directory: inner, kinds: try inner.kinds())
        }
    }
}

extension Directory {
    fileprivate func kinds() throws(FileError) -> [String: FileStatus.Kind] {
        Dictionary(try listing().map { ($0.name, $0.kind) }) { first, _ in first }
    }
}

extension EntryKind {
    init(_ kind: FileStatus.Kind) {
        self =
            switch kind {
            case .file: .file
            case .directory: .directory
            case .link: .link
            case .other: .special
            }
    }
}
