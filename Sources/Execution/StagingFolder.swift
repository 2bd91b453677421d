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
/// | `ReplacedContent.keep`, `gather` | somebody's own at the place | it is in `replaced/`, or on its way there | moves the rest, commits |
/// | removal of residue | unmarked, all of it in `content` | less of it | removes the rest, commits |
/// | `noteReplacing` | what may go is at the place | the same, and `replacing` | replaces what is there, commits |
/// | removal, after the note | the marker goes first | less of it, unmarked | removes the rest, commits |
/// | rename into place | a sealed journal, `content` | a sealed journal alone | finds the asset, or begins |
/// | `giveUp` | a sealed journal, `content` | `content` without a journal | clears it and begins |
/// | exchange, after `giveUp` | the new `content` | the old content as `content` | finds the asset, clears the rest |
/// | `takeBack`, no exchange | `content` without a journal | a sealed journal, `content` | commits |
/// | `discard` | anything | no note, no journal, then nothing | clears it and begins |
/// | `noteRemoval` | a version | the same, and `@VERSION.removing` | removes the version |
/// | removal, after that note | the marker goes first, or all of it | less of it, unmarked | removes the rest |
///
/// The journal is the claim: it is there before anything else is and gone before anything else goes, so that its digests
/// and ranges are only ever read beside the content that they are of. A journal that names a file that is not there,
/// or is too short, is not believed. The notes outlive the journal: they say whose it is that stands at the place.
struct StagingFolder: Sendable {
    static let record = "record"
    private static let replacing = "replacing"
    private static let givenUp = ToolLayout.journal + ".given-up"
    private static let moved = ToolLayout.content + ".moved"

    let folder: Directory

    init(of pin: AssetPin, in directory: Directory) throws(FileError) {
        folder = try directory.makeDirectory(ToolLayout.staging(of: pin))
    }

    // MARK: Claim

    /// What an earlier run left that this one can go on with; nil where that is nothing.
    func journal(_ header: Journal.Header, _ content: StepContent) throws(FileError) -> Journal? {
        // What another user began, this one cannot give its modes and times.
        guard folder.mayWrite(to: ToolLayout.journal), let journal = try Self.journal(in: folder),
            journal.header == header
        else { return nil }
        // Files that this run does not want would become part of the asset.
        let wanted = Set(content.objects.map(\.path))
        guard journal.objects.keys.allSatisfy(wanted.contains) else { return nil }
        return try hasFiles(of: journal, content) ? journal : nil
    }

    private static func journal(in folder: Directory) throws(FileError) -> Journal? {
        try folder.contents(of: ToolLayout.journal, limit: 1 << 30).flatMap {
            Journal(text: String(decoding: $0, as: UTF8.self))
        }
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
        return status.size >= progress.end
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
        for entry in try folder.entries() where entry != Self.replacing { try folder.remove(entry) }
    }

    // MARK: Commit

    /// Whether what stands at the asset's place may go whatever it is: a run began to replace it, or to remove it.
    func isReplacing(_ pin: AssetPin, in directory: Directory) throws(FileError) -> Bool {
        if try folder.status(of: Self.replacing) != nil { return true }
        return try VersionRemoval(of: pin, in: directory).isNoted()
    }

    /// Notes, durably, that what stands at the asset's place is being replaced.
    func noteReplacing() throws(FileError) {
        _ = try folder.createFile(Self.replacing)
        try folder.sync()
    }

    /// Sets the journal aside, durably: from now on nothing here is believed.
    func giveUp() throws(FileError) {
        try folder.rename(ToolLayout.journal, to: folder, as: Self.givenUp)
        try folder.sync()
    }

    /// Believes it again.
    func takeBack() throws(FileError) {
        try folder.rename(Self.givenUp, to: folder, as: ToolLayout.journal)
    }

    /// Moves the content to a name that is free, or an empty folder's.
    func show(at place: AssetPlace) throws(FileError) {
        do {
            try folder.rename(ToolLayout.content, to: place.folder, as: place.entry)
        } catch  where error.isAcrossFileSystems && folder.isOnMount(of: place.folder) {
            // An earlier run made it, and it is of a lower layer of an overlayfs by now.
            try giveUp()
            try folder.moveEntries(of: ToolLayout.content, to: folder, as: Self.moved)
            try folder.syncFileSystem()
            try folder.rename(Self.moved, to: place.folder, as: place.entry)
        } catch {
            throw error
        }
    }

    /// Puts the content in the place of a folder.
    func exchange(with place: AssetPlace) throws(FileError) {
        try giveUp()
        do {
            try folder.exchange(ToolLayout.content, with: place.folder, place.entry)
        } catch  where error.isAcrossFileSystems && folder.isOnMount(of: place.folder) {
            // What stands there is of a lower layer of an overlayfs, and cannot be moved away in one step.
            try takeBack()
            try noteReplacing()
            try place.unmark()
            try place.folder.removeEntries(of: place.entry)
            try show(at: place)
        } catch {
            throw error
        }
    }

    // MARK: Discard and sweep

    /// Removes the folder. Its asset's lock is held, and nothing writes into it any more.
    static func discard(_ pin: AssetPin, in directory: Directory) throws(FileError) {
        let (parent, entry) = splitLast(ToolLayout.staging(of: pin))
        guard let parent = try directory.directoryIfPresent(parent) else { return }
        try discard(entry, of: parent)
    }

    private static func discard(_ entry: String, of parent: Directory) throws(FileError) {
        let folder = try parent.directoryIfPresent(entry)
        try folder?.remove(replacing)
        try folder?.remove(ToolLayout.journal)
        try parent.remove(entry)
    }

    /// What is known of an entry of staging that no run works on.
    enum Use {
        /// It is in place, or nobody wants it.
        case none
        /// A run may go on with it.
        case later
    }

    /// Removes what killed runs left of an asset: versions that were being removed, and those entries of staging that
    /// are of no use; gives back room that was taken for bytes that did not come. Does nothing where another process has
    /// the asset's lock.
    static func sweep(
        _ name: AssetName, in directory: Directory, use: (String) throws(FileError) -> Use
    ) throws(FileError) {
        guard let staging = try directory.directoryIfPresent("\(ToolLayout.stagingFolder)/\(name)"),
            let lock = try AssetLock.tryOnce(name, in: directory)
        else { return }
        // Now that nobody else can change it.
        for entry in try staging.entries() where entry.hasPrefix("@") {
            if let removal = VersionRemoval(ofLeft: entry, name, in: directory) {
                try removal.finish()
            } else if case .later = try use(entry) {
                try releaseRoom(of: entry, in: staging)
            } else {
                try removeRest(of: entry, name, staging, in: directory)
                try discard(entry, of: staging)
            }
        }
        withExtendedLifetime(lock) {}
    }

    /// What a run began to replace and did not come to the end of is no use to anybody.
    private static func removeRest(
        of entry: String, _ name: AssetName, _ staging: Directory, in directory: Directory
    ) throws(FileError) {
        guard try staging.directoryIfPresent(entry)?.status(of: replacing) != nil,
            let removal = VersionRemoval(ofStaged: entry, name, in: directory), try !removal.isWhole()
        else { return }
        // One that holds another asset keeps its folder: what was to be removed of it is left as it is.
        _ = try removal.remove()
    }

    /// Less is not worth opening a file for, in bytes.
    private static let releaseStep: Int64 = 1 << 20

    /// A part that did not arrive had room taken for it with the rest of its object.
    private static func releaseRoom(of entry: String, in staging: Directory) throws(FileError) {
        guard let folder = try staging.directoryIfPresent(entry), let journal = try journal(in: folder),
            !journal.isSealed
        else { return }
        for (path, progress) in journal.objects {
            let top = progress.attributes.encoding == nil ? ToolLayout.content : ToolLayout.encoded
            let place = splitLast(path.map { "\(top)/\($0)" } ?? top)
            guard let parent = try folder.directoryIfPresent(place.parent),
                let status = try parent.status(of: place.last), status.kind == .file,
                status.allocated > progress.doneBytes + releaseStep
            else { continue }
            let file = try parent.createFile(place.last)
            if status.size > progress.end { try file.resize(to: progress.end) }
            for range in progress.missing where range.lowerBound < progress.end { file.release(range) }
        }
    }
}
