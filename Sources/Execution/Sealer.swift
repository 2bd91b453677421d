internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning

/// Makes a staged asset what it will be when it appears: verified, with its modes, times and marker, and durable.
///
/// Can be repeated: a run that goes on from a killed one seals again.
struct Sealer: Sendable {
    let store: any ObjectStore

    /// Up to this many files are synced one by one; for more, the whole file system is at once. Of 2,000 files of
    /// 64 KiB, on ext4, the one took half a second and the other less than a tenth.
    private static let filesSyncedAlone = 32

    /// - Returns: the digests of the objects.
    /// - Throws: `ExecutionFailure`, `FileError`, `CancellationError`
    func seal(_ staged: StagedAsset) async throws -> [FileDigest] {
        try await finishUnfinished(of: staged)
        // A sync of much data may take longer than an interrupted run may.
        return try await DiskQueue.shared.runUntilCancelled { try sealAll(of: staged) }
    }

    /// An object of which something may still have to be hashed.
    private struct Unfinished: SizedWork {
        let object: Int
        let size: Int64?
    }

    /// Hashes what is left of the objects, several at the same time: all that a killed run had fetched. Syncs nothing, as
    /// a thread that waits for the disk is missed by who fetches.
    private func finishUnfinished(of staged: StagedAsset) async throws {
        let unfinished = staged.objects.indices.filter { object in
            staged.objects[object].digests == nil && recordedDigest(of: object, in: staged) == nil
        }.map { Unfinished(object: $0, size: staged.progress[$0]?.size) }
        guard unfinished.count > 1 else { return }
        _ = try await largestFirst(unfinished, window: DiskQueue.computingThreads) { unfinished in
            try await DiskQueue.shared.runUntilCancelled {
                try verified(try staged.finish(unfinished.object), unfinished.object, of: staged)
            }
        }
    }

    private func sealAll(of staged: StagedAsset) throws -> [FileDigest] {
        let digests = try staged.content.objects.indices.map { try finish($0, of: staged) }
        if staged.content.kind == .directory { try finishFolders(of: staged) }
        if syncsAlone(staged) { try staged.folder.sync() } else { try staged.folder.syncFileSystem() }
        if !staged.isSealed { try staged.journal.append(seal(of: staged, digests)) }
        return digests
    }

    private func seal(of staged: StagedAsset, _ digests: [FileDigest]) -> String {
        let lines = zip(staged.content.objects, digests).map { Journal.line(digest: $1.sha256, of: $0.path) }
        return lines.joined() + Journal.sealedLine
    }

    private func finish(_ object: Int, of staged: StagedAsset) throws -> FileDigest {
        if let digest = recordedDigest(of: object, in: staged) {
            let size = try staged.open(object).status().size
            return try verified(FileDigest(sha256: digest, size: size), object, of: staged)
        }
        // A small object is finished already, and where the whole file system is synced, nothing is left to do.
        if let digests = staged.objects[object].digests, !syncsAlone(staged) {
            return try verified(digests, object, of: staged)
        }
        let digest = try verified(try staged.finish(object), object, of: staged)
        if syncsAlone(staged) { try staged.open(object).sync() }
        return digest
    }

    /// Of an asset that an earlier run sealed.
    private func recordedDigest(of object: Int, in staged: StagedAsset) -> SHA256Digest? {
        staged.isSealed ? staged.digests[staged.content.objects[object].path] : nil
    }

    private func syncsAlone(_ staged: StagedAsset) -> Bool { staged.content.objects.count <= Self.filesSyncedAlone }

    private func verified(_ digests: ContentDigests, _ object: Int, of staged: StagedAsset) throws -> FileDigest {
        if let fault = digests.fault {
            let address = store.address(of: ObjectKey(of: staged.pin, path: staged.content.objects[object].path))
            throw ExecutionFailure(fault, address: address)
        }
        return try verified(FileDigest(sha256: digests.sha256, size: digests.size), object, of: staged)
    }

    private func verified(_ actual: FileDigest, _ object: Int, of staged: StagedAsset) throws -> FileDigest {
        let facts = staged.content.objects[object]
        guard let expected = facts.sha256, actual.sha256 != expected else { return actual }
        throw try ExecutionFailure.digest(
            DigestMismatch(
                address: store.address(of: ObjectKey(of: staged.pin, path: facts.path)), expected: expected.hex,
                actual: actual.sha256.hex, recorder: facts.recorder,
                cause: MismatchCause.guess(of: try staged.open(object), expectedSize: facts.size)))
    }

    /// The marker, and the folders' times: the deepest first, because an entry made in a folder changes its time.
    private func finishFolders(of staged: StagedAsset) throws(FileError) {
        let content = try staged.folder.directory(ToolLayout.content)
        if staged.content.selection == nil { try Marker.make(ModelkitLayout.marker, in: content, time: staged.time) }
        for folder in folders(of: staged.content).reversed() {
            let directory = try content.directory(folder.text)
            try directory.setTime(to: staged.time)
            if syncsAlone(staged) { try directory.sync() }
        }
        try content.setTime(to: staged.time)
        if syncsAlone(staged) { try content.sync() }
    }

    /// Sorted, so that a folder stands before what is in it.
    private func folders(of content: StepContent) -> [RelativePath] {
        var folders: Set<RelativePath> = []
        for object in content.objects {
            var parent = object.path?.parent
            while let folder = parent, folders.insert(folder).inserted { parent = folder.parent }
        }
        return folders.sorted()
    }
}

/// modelkit's empty marker file.
enum Marker {
    static func make(_ name: String, in folder: Directory, time: Int64) throws(FileError) {
        // Another user's says as much.
        if try folder.status(of: name)?.kind == .file, !folder.mayWrite(to: name) { return }
        let file = try folder.createFile(name)
        try file.setMode(0o644)
        try file.setTime(to: time)
        try file.sync()
    }
}

extension ExecutionFailure {
    init(_ fault: ContentFault, address: String) {
        switch fault {
        case .checksum(let expected, let actual):
            self = .checksum(
                algorithm: expected.checksum.algorithm.rawValue,
                DigestMismatch(
                    address: address, expected: expected.checksum.hex, actual: ObjectChecksum.hex(actual),
                    recorder: expected.recorder, cause: nil))
        case .decoding(let fault): self = .decoding(address: address, fault)
        }
    }
}
