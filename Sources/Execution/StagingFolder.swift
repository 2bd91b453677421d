internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning

/// A version's folder in staging, from claim to commit, discard and sweep. Whoever holds the lock of the asset's name
/// owns it.
///
/// What a step leaves when the process is killed in it, and what the next run makes of that:
///
/// | Step | On disk before | On disk after | The next run |
/// |---|---|---|---|
/// | `begin` | no journal, perhaps files | a journal with its header, nothing else | clears it and begins |
/// | transfer | a journal | files, and a line for each range behind its bytes | goes on with what the lines say |
/// | seal | all files | the same, durable, `digest` lines and `sealed` | commits |
/// | `setAside` | the asset's place is taken, unmarked | what stood there is `replaced` | commits |
/// | rename into place | a sealed journal, `content` | a sealed journal alone | finds the asset, or begins |
/// | `giveUp` | a sealed journal, `content` | `content` without a journal | clears it and begins |
/// | exchange, after `giveUp` | the new `content` | the old content as `content` | finds the asset, clears the rest |
/// | `discard` | anything | no journal, then nothing | clears it and begins |
///
/// The journal is the claim: it is there before anything else is and gone before anything else goes, so that its digests
/// and ranges are only ever read beside the content that they are of. A journal that names a file that is not there,
/// or is too short, is not believed.
struct StagingFolder: Sendable {
    private static let replaced = "replaced"
    private static let removedSuffix = ".removed"
    static let record = "record"

    let folder: Directory

    init(of pin: AssetPin, in directory: Directory) throws(FileError) {
        folder = try directory.makeDirectory(ToolLayout.staging(of: pin))
    }

    // MARK: Claim

    /// What an earlier run left that this one can go on with; nil where that is nothing.
    func journal(_ header: Journal.Header, _ content: StepContent) throws(FileError) -> Journal? {
        // What another user began, this one cannot give its modes and times.
        guard folder.mayWrite(to: ToolLayout.journal) else { return nil }
        guard let bytes = try folder.contents(of: ToolLayout.journal, limit: 1 << 30),
            let journal = Journal(text: String(decoding: bytes, as: UTF8.self)), journal.header == header
        else { return nil }
        // Files that this run does not want would become part of the asset.
        let wanted = Set(content.objects.map(\.path))
        guard journal.objects.keys.allSatisfy(wanted.contains) else { return nil }
        return try hasFiles(of: journal, content) ? journal : nil
    }

    private func hasFiles(of journal: Journal, _ content: StepContent) throws(FileError) -> Bool {
        for object in content.objects {
            guard let progress = journal.objects[object.path] else {
                if journal.isSealed { return false }
                continue
            }
            guard try hasFile(of: object.path, progress, isSealed: journal.isSealed) else { return false }
        }
        return true
    }

    private func hasFile(
        of path: RelativePath?, _ progress: ObjectProgress, isSealed: Bool
    ) throws(FileError) -> Bool {
        let isEncoded = progress.attributes.encoding != nil
        let top = isEncoded && !isSealed ? ToolLayout.encoded : ToolLayout.content
        let place = splitLast(path.map { "\(top)/\($0)" } ?? top)
        guard let status = try folder.directoryIfPresent(place.parent)?.status(of: place.last), status.kind == .file
        else { return false }
        // How long decoded content is, its object does not tell.
        if isEncoded, isSealed { return true }
        return status.size >= progress.done.lazy.map(\.upperBound).max() ?? 0
    }

    /// Clears the folder and makes its journal.
    func begin(_ header: Journal.Header) throws(FileError) {
        try clear()
        // The header is renamed into place: a journal that exists has a whole one.
        let new = ToolLayout.journal + ".new"
        try folder.createFile(new, truncate: true).write(header.line)
        try folder.rename(new, to: folder, as: ToolLayout.journal)
    }

    private func clear() throws(FileError) {
        try folder.remove(ToolLayout.journal)
        for entry in try folder.entries() { try folder.remove(entry) }
    }

    // MARK: Commit

    /// Moves what has the asset's place and is no whole asset out of it.
    func setAside(_ entry: String, of place: Directory) throws(FileError) {
        try folder.remove(Self.replaced)
        try place.rename(entry, to: folder, as: Self.replaced)
        // A marker that is made now must never be found beside what stood there.
        try place.sync()
    }

    /// Removes the journal, durably: from now on nothing here is believed.
    func giveUp() throws(FileError) {
        try folder.remove(ToolLayout.journal)
        try folder.sync()
    }

    // MARK: Discard and sweep

    /// Removes the folder. Its asset's lock is held, and nothing writes into it any more.
    static func discard(_ pin: AssetPin, in directory: Directory) throws(FileError) {
        let (parent, entry) = splitLast(ToolLayout.staging(of: pin))
        guard let parent = try directory.directoryIfPresent(parent) else { return }
        try discard(entry, of: parent)
    }

    private static func discard(_ entry: String, of parent: Directory) throws(FileError) {
        try parent.directoryIfPresent(entry)?.remove(ToolLayout.journal)
        try parent.remove(entry)
    }

    /// Moves a version's folder out of sight, and removes it then.
    static func remove(_ pin: AssetPin, from folder: Directory, in directory: Directory) throws(FileError) {
        let staging = try directory.makeDirectory("\(ToolLayout.stagingFolder)/\(pin.name)")
        let aside = ToolLayout.entry(of: pin) + removedSuffix
        try staging.remove(aside)
        try folder.rename(pin.version.text, to: staging, as: aside)
        try staging.remove(aside)
    }

    /// Removes what killed runs left of an asset: versions that were being removed, and those entries of staging that
    /// are of no use. Does nothing where another process has the asset's lock.
    static func sweep(
        _ name: AssetName, in directory: Directory, isUseless: (String) throws(FileError) -> Bool
    ) throws(FileError) {
        guard let staging = try directory.directoryIfPresent("\(ToolLayout.stagingFolder)/\(name)"),
            try !leftovers(in: staging, isUseless).isEmpty, let lock = try AssetLock.tryOnce(name, in: directory)
        else { return }
        // Again, now that nobody else can change it.
        for entry in try leftovers(in: staging, isUseless) { try discard(entry, of: staging) }
        withExtendedLifetime(lock) {}
    }

    private static func leftovers(
        in staging: Directory, _ isUseless: (String) throws(FileError) -> Bool
    ) throws(FileError) -> [String] {
        var leftovers: [String] = []
        for entry in try staging.entries() where entry.hasPrefix("@") {
            if entry.hasSuffix(removedSuffix) {
                leftovers.append(entry)
            } else if try isUseless(entry) {
                leftovers.append(entry)
            }
        }
        return leftovers
    }
}
