internal import FileSystem

/// Who holds a `flock`, as Linux tells in `/proc/locks`.
enum LockHolder {
    /// `process 4711 (python3)`; nil where the kernel does not say, or the process is in another PID namespace.
    ///
    /// The command's name alone: a command line can hold a secret.
    static func find(_ status: FileStatus) -> String? {
        guard let locks = read("/proc/locks"),
            let pid = pid(device: status.device, inode: status.inode, in: locks), pid > 0
        else { return nil }
        let name = read("/proc/\(pid)/comm")?.split(separator: "\n").first
        return "process \(pid)" + (name.map { " (\($0))" } ?? "")
    }

    /// A line of `/proc/locks`: `1: FLOCK  ADVISORY  WRITE 4711 fe:00:131090 0 EOF`, the device's numbers in
    /// hexadecimal. Source: proc_locks(5).
    static func pid(device: UInt64, inode: UInt64, in locks: String) -> Int? {
        // glibc's gnu_dev_major and gnu_dev_minor, which are macros.
        let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
        let minor = device & 0xff | (device >> 12) & ~0xff
        for line in locks.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "FLOCK" else { continue }
            let numbers = fields[5].split(separator: ":")
            guard numbers.count == 3, UInt64(numbers[0], radix: 16) == major, UInt64(numbers[1], radix: 16) == minor,
                UInt64(numbers[2]) == inode
            else { continue }
            return Int(fields[4])
        }
        return nil
    }

    private static func read(_ path: String) -> String? {
        // What the kernel does not show here, such as the command of a process that has ended, is left out of the words.
        // Files of /proc have no size: read what comes.
        guard let file = try? File.openForReading(path) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            count = readDescriptor(file.descriptor, into: UnsafeMutableRawBufferPointer(buffer))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
