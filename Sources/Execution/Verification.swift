package import AssetModel
internal import Catalog
package import FileSystem
package import Planning

/// Compares what stands in the assets directory with what a lock pins.
package struct Verification: Sendable {
    private let directory: Directory

    package init(directory: Directory) { self.directory = directory }

    /// What is wrong with a file, or with the asset itself where there is no path.
    package struct Fault: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case missing
            /// It has other content than the lock has.
            case altered
            /// The lock does not have it.
            case extra
            /// It is there, and its marker is not: Python modelkit with a provider would fetch it again.
            case unmarked
            /// A folder, a link or something else stands where a file belongs, or a file where a folder does.
            case misplaced
        }

        package let kind: Kind
        package let path: RelativePath?
        package let expected: SHA256Digest?
        package let actual: FileDigest?

        package init(
            _ kind: Kind, _ path: RelativePath? = nil, expected: SHA256Digest? = nil, actual: FileDigest? = nil
        ) {
            self.kind = kind
            self.path = path
            self.expected = expected
            self.actual = actual
        }
    }

    package struct Result: Sendable, Equatable {
        package var faults: [Fault] = []
        /// Files of which the lock has neither a digest nor a checksum.
        package var unproven = 0
        package var verified = 0
    }

    /// Reads all of the asset. Blocks on the disk.
    ///
    /// - Parameter selections: what is wanted of it.
    package func verify(_ asset: LockedAsset, _ selections: [FileSelection]) throws(FileError) -> Result {
        let state = try LocalCatalog(directory: directory).state(of: asset.pin, marked: true)
        guard state != .missing else { return Result(faults: [Fault(.missing)]) }
        var result = Result()
        guard try place(of: asset.pin) == (asset.kind == .file ? .file : .directory) else {
            return Result(faults: [Fault(.misplaced)])
        }
        if case .incomplete = state { result.faults.append(Fault(.unmarked)) }
        for file in asset.files {
            guard file.path.map({ path in selections.contains { $0.takes(path) } }) ?? true else { continue }
            try check(file, of: asset.pin, &result)
        }
        if asset.kind == .directory { result.faults += try extras(asset) }
        return result
    }

    private func place(of pin: AssetPin) throws(FileError) -> FileStatus.Kind? {
        let (parent, entry) = splitLast(ModelkitLayout.localPath(of: pin))
        return try directory.directoryIfPresent(parent)?.status(of: entry)?.kind
    }

    private func check(_ file: ObjectFacts, of pin: AssetPin, _ result: inout Result) throws(FileError) {
        if let path = file.path, let kind = try LocalCatalog(directory: directory).kind(of: path, in: pin),
            kind != .file
        {
            return result.faults.append(Fault(.misplaced, path, expected: file.sha256))
        }
        let content: LocalContent
        do {
            content = try LocalContent.of(pin, file.path, in: directory, size: file.size, expecting: file.checksum)
        } catch {
            guard error.isMissing || error.isNotADirectory else { throw error }
            return result.faults.append(Fault(.missing, file.path, expected: file.sha256))
        }
        if file.sha256.map({ $0 != content.digest.sha256 }) ?? !content.isAsTold {
            result.faults.append(Fault(.altered, file.path, expected: file.sha256, actual: content.digest))
        } else if file.sha256 == nil, file.checksum == nil {
            result.unproven += 1
        } else {
            result.verified += 1
        }
    }

    /// Files of the asset's folder that the lock does not have.
    private func extras(_ asset: LockedAsset) throws(FileError) -> [Fault] {
        let known = Set(asset.files.compactMap(\.path?.text) + [ModelkitLayout.marker])
        var extras: [Fault] = []
        var waiting = [""]
        while let path = waiting.popLast() {
            let local = ModelkitLayout.localPath(of: asset.pin) + (path.isEmpty ? "" : "/\(path)")
            guard let folder = try directory.directoryIfPresent(local) else { continue }
            for entry in try folder.entries() {
                let inner = path.isEmpty ? entry : "\(path)/\(entry)"
                if try folder.status(of: entry)?.kind == .directory {
                    waiting.append(inner)
                    // What is too long for a path of an asset, or below a `.SUCCESS`, nobody can ask for.
                } else if !known.contains(inner), let found = try? RelativePath(inner) {
                    extras.append(Fault(.extra, found))
                }
            }
        }
        return extras.sorted { ($0.path?.text ?? "") < ($1.path?.text ?? "") }
    }
}
