internal import Glibc

/// A file call that failed: the path, what was tried, and the system's reason.
package struct FileError: Error, Hashable, Sendable {
    package let path: String
    package let attempt: FileAttempt
    /// `errno`
    package let code: CInt
    /// Set where the program itself refuses, and `code` is 0.
    package let refusal: FileRefusal?

    package init(path: String, attempt: FileAttempt, code: CInt) {
        self.path = path
        self.attempt = attempt
        self.code = code
        refusal = nil
    }

    package init(path: String, attempt: FileAttempt, refusal: FileRefusal) {
        self.path = path
        self.attempt = attempt
        code = 0
        self.refusal = refusal
    }

    package var isMissing: Bool { code == ENOENT }
    package var isExisting: Bool { code == EEXIST }
    package var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
    package var isReadOnly: Bool { code == EROFS }
    /// It is another user's.
    package var isNotPermitted: Bool { code == EACCES || code == EPERM }
    /// Also of a folder of a lower layer of an overlayfs, which cannot be renamed.
    package var isAcrossFileSystems: Bool { code == EXDEV }
    package var archiveFault: FileRefusal.ArchiveFault? { if case .archive(let fault) = refusal { fault } else { nil } }
    package var isADirectory: Bool { code == EISDIR }
    package var isNotADirectory: Bool { code == ENOTDIR }
}
