package import AssetModel
package import Execution
package import FileSystem
internal import Glibc
internal import Planning

/// What is to be pushed: one file, or the files of a folder, read once and not changed since.
package struct PushSource: Sendable {
    package let kind: AssetKind
    /// In the order of their paths.
    package let files: [PushFile]

    package var bytes: Int64 { files.reduce(0) { $0 + $1.digest.size } }

    /// The same for the same content, whoever pushes it.
    package var fingerprint: SHA256Digest {
        let lines = files.map { "\($0.digest.sha256) \($0.digest.size) \($0.path?.text ?? "")\n" }
        return SHA256Digest(of: "\(kind.rawValue)\n" + lines.joined())
    }

    /// Reads everything for its digests.
    ///
    /// - Throws: all that cannot be read.
    package init(reading outline: PushOutline) async throws(PushSourceFaults) {
        let results = await concurrentMap(outline.files, window: 4) { file in
            await DiskQueue.shared.run { Result { () throws(FileError) in try file.measured() } }
        }
        var files: [PushFile] = []
        var faults: [PushSourceFault] = []
        for result in results {
            switch result {
            case .success(let file): files.append(file)
            case .failure(let error): faults.append(.file(error))
            }
        }
        guard faults.isEmpty else { throw PushSourceFaults(list: faults) }
        kind = outline.kind
        self.files = files
    }
}

/// A file or a folder that is to be pushed, looked at and not yet read.
package struct PushOutline: Sendable {
    package let kind: AssetKind
    fileprivate let files: [FoundFile]

    package var count: Int { files.count }
    package var bytes: Int64 { files.reduce(0) { $0 + $1.size } }

    /// Looks at everything. Blocks on the disk.
    ///
    /// - Throws: all that cannot be pushed.
    package init(lookingAt path: String) throws(PushSourceFaults) {
        let status: FileStatus
        do {
            status = try File.openForReading(path).status()
        } catch {
            throw PushSourceFaults(list: [.file(error)])
        }
        switch status.kind {
        case .file: (kind, files) = (.file, [FoundFile(path: nil, place: path, size: status.size)])
        case .directory:
            var walk = TreeWalk(root: path)
            walk.visit(nil)
            guard walk.faults.isEmpty else { throw PushSourceFaults(list: walk.faults) }
            kind = .directory
            files = walk.files.sorted { $0.place.utf8.lexicographicallyPrecedes($1.place.utf8) }
        case .link, .other: throw PushSourceFaults(list: [.special(path)])
        }
    }
}

/// A file to be pushed.
package struct PushFile: Sendable {
    /// Inside the asset; nil where the asset is this file.
    package let path: RelativePath?
    package let digest: FileDigest
    /// Where it is.
    let place: String
    /// What it was when it was read.
    let status: FileStatus
}

/// What cannot be pushed.
package enum PushSourceFault: Error, Hashable, Sendable {
    case file(FileError)
    /// A folder without a file in it: an object store has no folders.
    case emptyFolder(String)
    /// A socket, a pipe or a device.
    case special(String)
    /// A link that leads out of the folder, to another folder, or nowhere.
    case link(String)
    /// A path that no asset can have.
    case path(String, RelativePathFault)
    /// A name that is not UTF-8.
    case encoding(String)
}

package struct PushSourceFaults: Error, Sendable {
    package let list: [PushSourceFault]
}

private struct FoundFile: Sendable {
    let path: RelativePath?
    let place: String
    /// In bytes, when it was looked at.
    let size: Int64

    func measured() throws(FileError) -> PushFile {
        let file = try File.openForReading(place)
        let status = try file.status()
        return PushFile(path: path, digest: try FileDigest(of: file), place: place, status: status)
    }
}

/// Finds the files of a folder.
private struct TreeWalk {
    let root: String
    var files: [FoundFile] = []
    var faults: [PushSourceFault] = []

    /// - Parameter relative: the folder below the root; nil for the root.
    mutating func visit(_ relative: String?) {
        let place = relative.map { "\(root)/\($0)" } ?? root
        do throws(FileError) {
            let folder = try Directory.open(place)
            let names = try folder.entries()
            if names.isEmpty { faults.append(.emptyFolder(place)) }
            for name in names { take(name, in: folder, relative.map { "\($0)/\(name)" } ?? name) }
        } catch {
            faults.append(.file(error))
        }
    }

    private mutating func take(_ name: String, in folder: Directory, _ relative: String) {
        let place = "\(root)/\(relative)"
        // What is no UTF-8 was mended when it was read, and is not found under that name.
        guard let status = try? folder.status(of: name) else { return faults.append(.encoding(place)) }
        let path: RelativePath
        do {
            path = try RelativePath(relative)
        } catch {
            return faults.append(.path(place, error))
        }
        switch status.kind {
        case .directory: visit(relative)
        case .file: files.append(FoundFile(path: path, place: place, size: status.size))
        case .link:
            guard let size = sizeOfFileInside(place) else { return faults.append(.link(place)) }
            files.append(FoundFile(path: path, place: place, size: size))
        case .other: faults.append(.special(place))
        }
    }

    /// Of the file in the folder that a link leads to, whose content is pushed then; nil where it leads elsewhere.
    private func sizeOfFileInside(_ place: String) -> Int64? {
        guard let target = resolved(place), let root = resolved(root), target.hasPrefix(root + "/"),
            let status = try? File.openForReading(target).status(), status.kind == .file
        else { return nil }
        return status.size
    }

    private func resolved(_ path: String) -> String? {
        guard let buffer = realpath(path, nil) else { return nil }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
