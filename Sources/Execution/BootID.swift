internal import FileSystem

/// Tells one boot of the machine from another, so that what was never synced is not trusted after a crash of it.
enum BootID {
    static var current: String {
        get async {
            await DiskQueue.shared.run {
                // One that cannot be read is taken for another each time: then nothing is gone on with.
                let unknown = "unknown-\(UInt64.random(in: 0 ... .max))"
                guard let file = try? File.openForReading("/proc/sys/kernel/random/boot_id") else { return unknown }
                let bytes = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
                    count = readDescriptor(file.descriptor, into: UnsafeMutableRawBufferPointer(buffer))
                }
                let text = String(decoding: bytes.filter { $0 > 32 }, as: UTF8.self)
                return text.isEmpty ? unknown : text
            }
        }
    }
}
