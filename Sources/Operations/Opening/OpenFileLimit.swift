internal import Glibc

/// How many files the process may have open.
enum OpenFileLimit {
    /// An asset under way has its folder, journal and lock open, and there are up to five times as many of them as parts
    /// in the window: opening, in transfer, and kept until they may appear. With some to spare for the parts' own files.
    private static let filesForEachPart = 20
    /// A file that is pushed into a folder: itself, the folder, that of its uploads and the one that it goes to, the file in the
    /// making, and the lock. With some to spare.
    private static let filesForEachUpload = 8

    /// Takes as many as the system lets the process have without asking anybody, as Go's programs do.
    ///
    /// - Returns: the limit.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = soft }
        return Int(clamping: limit.rlim_cur)
    }

    /// The largest window for which the limit suffices; at least 1.
    static func window(wanted: Int, limit: Int) -> Int { max(1, min(wanted, (limit - 40) / filesForEachPart)) }

    /// The largest numbers of transfers at a time for which the limit suffices; at least 1.
    static func concurrency(wanted: ClosedRange<Int>, limit: Int) -> ClosedRange<Int> {
        let most = window(wanted: wanted.upperBound, limit: limit)
        return min(wanted.lowerBound, most)...most
    }

    /// The same for files that are pushed at the same time.
    static func pushWindow(wanted: Int, limit: Int) -> Int { max(1, min(wanted, (limit - 40) / filesForEachUpload)) }
}
