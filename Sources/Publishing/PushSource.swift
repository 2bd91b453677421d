package import AssetModel
internal import Execution
package import FileSystem
internal import Glibc
internal import Planning

/// A file, or the files of a folder, to be pushed: looked at, and not yet read.
package struct PushSource: Sendable {
    package let kind: AssetKind
    /// In the order of their paths.
    package let files: [PushFile]

    /// Of all files.
    package var bytes: Int64 { ByteSum.of(files.map(\.status.size)) }

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
        case .file: (kind, files) = (.file, [PushFile(path: nil, place: path, status: status)])
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
    /// Where it is.
    let place: String
    /// What it was when it was looked at.
    let status: FileStatus

    /// Opens it, if it is still what it was. Blocks on the disk.
    func read<Value>(_ body: (File) throws(FileError) -> Value) throws -> Value {
        let file = try File.openForReading(place)
        let value = try body(file)
        guard try file.status().isUnchanged(since: status) else { throw SourceChanged(place: place) }
        return value
    }
}

/// What is in the files of a source.
struct PushContent: Sendable {
    /// In the order of the files.
    let digests: [FileDigest]
    /// The same for the same content, whoever pushes it.
    let fingerprint: SHA256Digest

    /// Reads everything.
    ///
    /// - Throws: all that cannot be read; `SourceChanged`.
    init(of source: PushSource) async throws {
        // Half of the disk's threads: the upload reads at the same time.
        let results = await concurrentMap(source.files, window: DiskQueue.computingThreads) { file in
            await DiskQueue.shared.run {
                Result { try file.read { opened throws(FileError) in try FileDigest(of: opened) } }
            }
        }
        var digests: [FileDigest] = []
        var faults: [PushSourceFault] = []
        for result in results {
            do {
                digests.append(try result.get())
            } catch let error as FileError {
                faults.append(.file(error))
            }
        }
        guard faults.isEmpty else { throw PushSourceFaults(list: faults) }
        let lines = zip(source.files, digests).map { "\($1.sha256) \($1.size) \($0.path?.text ?? "")\n" }
        fingerprint = SHA256Digest(of: "\(source.kind.rawValue)\n" + lines.joined())
        self.digests = digests
    }
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
    /// An object that is not empty, and whose key ends with a slash: no file can have its name.
    case contentOfFolder(String)
    /// An object with others below its key.
    case objectAndFolder(String)
}

package struct PushSourceFaults: Error, Sendable {
    package let list: [PushSourceFault]
}

/// Finds the files of a folder.
private struct TreeWalk {
    let root: String
    var files: [PushFile] = []
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
        case .file: files.append(PushFile(path: path, place: place, status: status))
        case .link:
            guard let status = statusOfFileInside(place) else { return faults.append(.link(place)) }
            files.append(PushFile(path: path, place: place, status: status))
        case .other: faults.append(.special(place))
        }
    }

    /// Of the file in the folder that a link leads to, whose content is pushed then; nil where it leads elsewhere.
    private func statusOfFileInside(_ place: String) -> FileStatus? {
        // What cannot be looked at is no file that could be pushed.
        guard let target = resolved(place), let root = resolved(root), PathText.hasPrefix(target, root + "/"),
            let status = try? File.openForReading(target).status(), status.kind == .file
        else { return nil }
        return status
    }

    private func resolved(_ path: String) -> String? {
        guard let buffer = realpath(path, nil) else { return nil }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}
