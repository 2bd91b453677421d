internal import FileSystem

/// How much memory the control group of this process may have: that of a container, a unit of systemd, a CI job.
///
/// Source: <https://docs.kernel.org/admin-guide/cgroup-v2.html> (Memory),
/// <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>
package struct MemoryLimit: Sendable, Equatable {
    /// In bytes; nil where there is no limit, or none that can be read.
    let bytes: Int64?

    package static let none = MemoryLimit(bytes: nil)

    /// What a run needs beside: the program itself, its threads, and the buffers of the kernel.
    private static let base: Int64 = 40 << 20
    /// What is uploaded in one request at least, in bytes.
    private static let leastOfUploads: Int64 = 8 << 20

    private func free(over share: Int64) -> Int64 { bytes.map { max(0, $0 - Self.base) / share } ?? .max }

    // The kernel ends a program with SIGKILL whose group has no memory left.

    /// What parts in flight may hold, in bytes. One takes two to three times what it holds: each of its buffers has room for
    /// more than came.
    package var ofParts: Int64 { min(max(free(over: 3), PartQueue.mostHeld), ExecutionOptions.mostMemory) }

    /// What is read from files and not yet sent may hold, in bytes.
    ///
    /// - Parameter most: where there is no limit.
    package func ofUploads(most: Int64) -> Int64 { min(max(free(over: 2), Self.leastOfUploads), most) }

    // MARK: Reading

    /// Reads a few small files.
    ///
    /// - Parameter root: where /proc and /sys are; for tests.
    package static func read(root: String = "/") -> MemoryLimit {
        let groups = KernelText.read(root + "proc/self/cgroup") ?? ""
        let all = groups.split(separator: "\n").flatMap { limits(ofGroup: $0, root) }
        return MemoryLimit(bytes: all.min())
    }

    /// - Parameter line: `0::/path` for all controllers, `4:memory:/path` for that of memory.
    private static func limits(ofGroup line: Substring, _ root: String) -> [Int64] {
        let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return [] }
        let controllers = fields[1].split(separator: ",", omittingEmptySubsequences: false)
        let (folder, files): (String, [String])
        if controllers == [""] {
            (folder, files) = ("sys/fs/cgroup", ["memory.max", "memory.high"])
        } else if controllers.contains("memory") {
            (folder, files) = ("sys/fs/cgroup/memory", ["memory.limit_in_bytes"])
        } else {
            return []
        }
        return ancestors(of: fields[2]).flatMap { group in
            files.compactMap { number(root + folder + group + "/" + $0) }
        }
    }

    /// The group and those around it, whose limits hold for it too. A container may see its own group as the outermost one,
    /// and be told its path from outside, which leads nowhere.
    private static func ancestors(of path: Substring) -> [String] {
        let names = path.split(separator: "/").prefix(64)
        return (0...names.count).map { count in names.prefix(count).map { "/\($0)" }.joined() }
    }

    /// `max` is none, and so is what the first version of the interface has in its place: the largest multiple of a page.
    private static func number(_ path: String) -> Int64? {
        let number = KernelText.read(path).flatMap { Int64($0) }
        return number.flatMap { $0 > 0 && $0 < 1 << 60 ? $0 : nil }
    }
}
