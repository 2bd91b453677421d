internal import FileSystem

/// Tells one boot of the machine from another, so that what was never synced is not trusted after a crash of it.
enum BootID {
    static var current: String {
        get async {
            await DiskQueue.shared.run {
                // One that cannot be read is taken for another each time: then nothing is gone on with.
                let unknown = "unknown-\(UInt64.random(in: 0 ... .max))"
                let text = KernelText.read("/proc/sys/kernel/random/boot_id") ?? ""
                return text.isEmpty ? unknown : text
            }
        }
    }
}
