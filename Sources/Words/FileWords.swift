package import FileSystem
internal import Glibc
internal import Terminal

// The words for what goes wrong with files.

extension Problem {
    package init(_ error: FileError) {
        let reason = error.refusal?.words.escapedForTerminal ?? lowerFirst(error.reason)
        let words = FileErrorWords(error)
        self.init(
            code: words.code,
            message: "cannot \(error.attempt.words.escapedForTerminal) \(quoted(error.path)): \(reason)",
            hint: words.hint, exitStatus: 9, cause: words.cause)
    }
}

/// What a file error means for the user.
private struct FileErrorWords {
    let code: String
    let hint: String
    /// Of a file system: what fails for one file fails for all.
    var cause: String?

    init(_ error: FileError) {
        switch error {
        case _ where error.isNoSpace: self.init("disk-full", "free some space and run again to resume", isGeneral: true)
        case _ where error.isReadOnly: self.init("read-only", "mount it writable, or \(Self.move)", isGeneral: true)
        case _ where error.isNotPermitted:
            self.init("not-permitted", "grant the current user access, or \(Self.move)")
        case _ where error.code == ELOOP || error.refusal == .symbolicLink:
            self.init(
                "symbolic-link",
                "symbolic links inside the assets directory are not followed: replace it with a directory")
        default:
            self.init(
                "file-error",
                error.archiveFault?.hint(error.path)
                    ?? "`modelkit-assets check` tests the assets directory, its permissions and its free space")
        }
    }

    private static let move = "set MODELKIT_ASSETS_DIR to another directory"

    private init(_ code: String, _ hint: String, isGeneral: Bool = false) {
        (self.code, self.hint) = (code, hint)
        cause = isGeneral ? code : nil
    }
}

extension FileError {
    /// `No space left on device`
    package var reason: String { refusal?.words ?? String(cString: strerror(code)) }
}

extension FileAttempt {
    /// To follow `cannot`.
    package var words: String {
        switch self {
        case .open: "open"
        case .openDirectory: "open the directory"
        case .create: "create"
        case .createDirectory: "create the directory"
        case .createTemporaryDirectory: "create a temporary directory in"
        case .list: "list"
        case .stat: "stat"
        case .read: "read"
        case .write: "write"
        case .writeTo: "write to"
        case .writeToDirectory: "write to the directory"
        case .allocate(let size): "allocate \(size) bytes in"
        case .resize: "resize"
        case .copyTo: "copy to"
        case .linkTo(let path): "link \(path) to"
        case .renameTo(let path): "rename \(path) to"
        case .remove: "remove"
        case .replace: "replace"
        case .setMode: "set the mode of"
        case .setTime: "set the time of"
        case .sync: "sync"
        case .syncFileSystem: "sync the file system of"
        case .lock: "lock"
        case .lockFiles: "lock files in"
        case .findFreeSpace: "get the free space of"
        case .use: "use"
        case .useCache: "use the cache"
        case .useLayout: "use the image layout"
        case .readIndex: "read the index of"
        case .put: "put"
        case .decode: "decode"
        case .importArchive: "import"
        case .moveUnmarked: "move unmarked content out of"
        }
    }
}

extension FileRefusal {
    fileprivate var words: String {
        switch self {
        case .symbolicLink: "it is a symbolic link"
        case .notRegularFile: "it is not a regular file"
        case .truncated: "it was truncated while being read"
        case .notAnEntry(let name): "`\(name)` is not the name of an entry"
        case .notReported: "the file system does not report it"
        case .locksNotExclusive: "locks are not exclusive"
        case .inside(let outer): "it would be inside the directory of `\(outer)`"
        case .contains(let inner): "`\(inner)` is inside it"
        case .notACache: "it is neither empty nor a modelkit-assets cache"
        case .notALayout: "it is none"
        case .malformed: "it is malformed"
        case .isAssetsDirectory: "it is the assets directory"
        case .tooManyCopies(let limit, let entry):
            "it already holds \(limit) copies of \(entry); remove those that are not needed"
        case .undecodable(let words): words
        case .archive(let fault): fault.words
        }
    }
}

extension FileRefusal.ArchiveFault {
    fileprivate var words: String {
        switch self {
        case .notTar: "it is not a tar archive"
        case .compressed: "it is compressed with gzip"
        case .endsEarly: "the archive ends early"
        case .becameShorter: "it became shorter"
        case .digestMismatch(let digest): "the archive has an entry that does not match its digest \(digest)"
        }
    }

    /// - Parameter path: of the archive.
    fileprivate func hint(_ path: String) -> String {
        switch self {
        case .notTar: "pass a file that `modelkit-assets cache export` wrote"
        case .compressed: "`gzip -dc \(path) | modelkit-assets cache import -` imports it"
        case .endsEarly, .digestMismatch: "export it again with `modelkit-assets cache export`"
        case .becameShorter: "run again when nothing writes to the cache"
        }
    }
}
