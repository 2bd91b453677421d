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

    /// Looks at everything, and reads it for its digests.
    ///
    /// - Parameter path: of a file or a folder.
    /// - Throws: all that cannot be pushed.
    package static func read(_ path: String) async throws(PushSourceFaults) -> PushSource {
        let (kind, found) = try await DiskQueue.shared.run { () throws(PushSourceFaults) in try look(path) }
        let results = await concurrentMap(found, window: 4) { file in
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
        return PushSource(kind: kind, files: files)
    }

    private static func look(_ path: String) throws(PushSourceFaults) -> (AssetKind, [FoundFile]) {
        let status: FileStatus
        do {
            status = try File.openForReading(path).status()
        } catch {
            throw PushSourceFaults(list: [.file(error)])
        }
        switch status.kind {
        case .file: return (.file, [FoundFile(path: nil, place: path)])
        case .directory:
            var walk = TreeWalk(root: path)
            walk.visit(nil)
            guard walk.faults.isEmpty else { throw PushSourceFaults(list: walk.faults) }
            return (.directory, walk.files.sorted { $0.place.utf8.lexicographicallyPrecedes($1.place.utf8) })
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
        case .file: files.append(FoundFile(path: path, place: place))
        case .link where leadsToFileInside(place): files.append(FoundFile(path: path, place: place))
        case .link: faults.append(.link(place))
        case .other: faults.append(.special(place))
        }
    }

    /// Its content is pushed then.
    private func leadsToFileInside(_ place: String) -> Bool {
        guard let target = resolved(place), let root = resolved(root), target.hasPrefix(root + "/") else {
            return false
        }
        return (try? File.openForReading(target).status().kind) == .file
    }

    private func resolved(_ path: String) -> String? {
        guard let buffer = realpath(path, nil) else { return nil }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
