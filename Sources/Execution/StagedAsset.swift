internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning

/// An asset's folder in staging, and the lock under which it may be touched.
///
/// Whoever holds the lock of the asset's name owns its staging folder, so that a run goes on where a killed one, or one
/// that had to give the lock back, stopped.
struct StagedAsset: Sendable {
    let pin: AssetPin
    let content: StepContent
    let directory: Directory
    let staging: StagingFolder
    let lock: AssetLock
    let journal: File
    private(set) var progress: [ObjectProgress?]
    /// In the order of the content's.
    private(set) var objects: [StagedObject]
    /// By path, of an asset that an earlier run sealed.
    let digests: [RelativePath?: SHA256Digest]
    let isSealed: Bool
    /// What every file gets, in seconds since 1970.
    let time: Int64

    var folder: Directory { staging.folder }

    /// Opens or makes the folder and reads how far it is.
    ///
    /// What another version of the asset, another store or another boot of the machine left is removed.
    static func claim(
        _ pin: AssetPin, _ content: StepContent, header: Journal.Header, in directory: Directory, lock: AssetLock,
        fixedTime: Int64?
    ) throws(FileError) -> StagedAsset {
        // A run that ends removes empty folders of staging, this one's perhaps before its journal is in it.
        for _ in 0..<100 {
            do {
                return try claimOnce(pin, content, header: header, in: directory, lock: lock, fixedTime: fixedTime)
            } catch  where error.isMissing {
                continue
            } catch {
                throw error
            }
        }
        return try claimOnce(pin, content, header: header, in: directory, lock: lock, fixedTime: fixedTime)
    }

    private static func claimOnce(
        _ pin: AssetPin, _ content: StepContent, header: Journal.Header, in directory: Directory, lock: AssetLock,
        fixedTime: Int64?
    ) throws(FileError) -> StagedAsset {
        let staging = try StagingFolder(of: pin, in: directory)
        let folder = staging.folder
        let journal = try staging.journal(header, content)
        if journal == nil { try staging.begin(header) }
        if content.kind == .directory { _ = try folder.makeDirectory(ToolLayout.content) }
        let progress = content.objects.map { journal?.objects[$0.path] }
        return StagedAsset(
            pin: pin, content: content, directory: directory, staging: staging, lock: lock,
            journal: try folder.createLog(ToolLayout.journal), progress: progress,
            objects: zip(content.objects, progress).map(StagedObject.init), digests: journal?.digests ?? [:],
            isSealed: journal?.isSealed ?? false, time: fixedTime ?? content.pushTime)
    }

    // MARK: Files

    /// Opens the file that the bytes of an object go to as they are stored.
    func openForWriting(_ object: Int) throws(FileError) -> File {
        let (parent, name) = location(of: object, in: received(object))
        return try folder.makeDirectory(parent).createFile(name)
    }

    /// The same for an object that begins anew: empty, and makes the folders that lead to it.
    func openEmpty(_ object: Int) throws(FileError) -> File { try openEmpty(object, in: received(object)) }

    private func openEmpty(_ object: Int, in top: String) throws(FileError) -> File {
        let (parent, name) = location(of: object, in: top)
        let folder = try folder.makeDirectory(parent)
        // What is a link to the cache is others' too.
        if let status = try folder.status(of: name), status.linkCount > 1 { try folder.remove(name) }
        let file = try folder.createFile(name)
        try file.empty()
        return file
    }

    private func received(_ object: Int) -> String {
        objects[object].isEncoded ? ToolLayout.encoded : ToolLayout.content
    }

    /// Opens the file as it will be when it appears.
    func open(_ object: Int) throws(FileError) -> File { try open(object, in: ToolLayout.content) }

    private func open(_ object: Int, in top: String) throws(FileError) -> File {
        let (parent, name) = location(of: object, in: top)
        return try folder.directory(parent).openFile(name)
    }

    private func location(of object: Int, in top: String) -> (parent: String, last: String) {
        guard let path = content.objects[object].path else { return ("", top) }
        return splitLast("\(top)/\(path)")
    }

    // MARK: Finishing

    /// Of every file of an asset, whatever the user's own would be.
    private static let mode: UInt32 = 0o644

    /// Makes the file of an object whose bytes are all there what it will be when it appears: decoded, with its mode and
    /// time. Blocks on the disk.
    ///
    /// - Returns: the digests of its content.
    func finish(_ index: Int) throws(FileError) -> ContentDigests {
        if let digests = objects[index].digests { return digests }
        return try finish(
            index, received: open(index, in: received(index)))
    }

    /// - Parameter received: the file that the object's bytes went to.
    func finish(_ index: Int, received: File) throws(FileError) -> ContentDigests {
        let object = objects[index]
        if let digests = object.digests { return digests }
        var (file, status) = (received, try received.status())
        var digests = try object.hasher.finish(received, size: status.size)
        if object.isEncoded, digests.fault == nil {
            // What was decoded stands beside what is stored, so that a killed run finds the latter whole.
            file = try openEmpty(index, in: ToolLayout.content)
            digests = try GzipFile.decode(received, into: file)
            status = try file.status()
        }
        // A link to the cache is others' too, and has its mode and its time.
        if status.linkCount > 1, !status.isDated(time) { (file, status) = try ownCopy(of: file, index) }
        if status.linkCount == 1 {
            if status.mode != Self.mode { try file.setMode(Self.mode) }
            try file.setTime(to: time)
        }
        object.finish(digests)
        return digests
    }

    /// Puts a copy in the place of a link to the cache that an earlier run made for another time.
    private func ownCopy(of link: File, _ object: Int) throws(FileError) -> (File, FileStatus) {
        let name = "own-\(object)"
        try folder.remove(name)
        let file = try folder.createNewFile(name)
        _ = try file.copy(from: link.descriptor, 0..<(try link.status().size), to: 0)
        let (parent, last) = location(of: object, in: ToolLayout.content)
        try folder.rename(name, to: try folder.directory(parent), as: last)
        return (file, try file.status())
    }

    // MARK: The cache

    /// Where content of the cache goes for an object; makes the folders that lead to it.
    func place(for object: Int) throws(FileError) -> CachePlace {
        let (parent, name) = location(of: object, in: ToolLayout.content)
        return CachePlace(folder: try folder.makeDirectory(parent), name: name, time: time)
    }

    /// Writes down that an object is there from the cache, where nothing of it was.
    func noteWhole(_ object: Int, size: Int64) throws(FileError) {
        let path = content.objects[object].path
        let line = Journal.line(object: path, ObjectAttributes(size: size, entityTag: nil))
        try journal.append(line + Journal.line(part: 0..<size, of: path))
    }

    /// Takes an object from the cache whose file is as it will be when it appears.
    mutating func take(_ object: Int, size: Int64, _ digest: SHA256Digest) {
        let taken = ObjectProgress(ObjectAttributes(size: size, entityTag: nil), done: [0..<size])
        progress[object] = taken
        objects[object] = StagedObject(content.objects[object], taken)
        objects[object].finish(ContentDigests(sha256: digest, size: size, fault: nil))
    }

    /// The files of a sealed asset, for the cache.
    ///
    /// - Parameter digests: in the order of the objects.
    func cacheContents(_ digests: [FileDigest]) -> [CacheContent] {
        zip(content.objects, digests).map { object, digest in
            CacheContent(digest: digest.sha256, path: ToolLayout.content + (object.path.map { "/\($0)" } ?? ""))
        }
    }
}
