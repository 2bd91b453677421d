import Glibc

/// What a child is about to try, in memory that outlives it.
struct Slot: ~Copyable {
    /// The longest input, in bytes.
    static let capacity = 1 << 20

    private static let headerSize = 16
    private let memory: UnsafeMutableRawPointer

    /// Opens the file, and makes it where it is missing.
    init(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Violation("cannot open \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let size = Self.headerSize + Self.capacity
        guard ftruncate(descriptor, off_t(size)) == 0,
            let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { throw Violation("cannot map \(path): \(String(cString: strerror(errno)))") }
        self.memory = memory
    }

    deinit { munmap(memory, Self.headerSize + Self.capacity) }

    /// The number of the input in its sequence.
    var number: Int { memory.load(as: Int.self) }

    var input: [UInt8] {
        let count = min(memory.load(fromByteOffset: 8, as: Int.self), Self.capacity)
        return Array(UnsafeRawBufferPointer(start: memory + Self.headerSize, count: count))
    }

    func set(_ input: [UInt8], number: Int) {
        memory.storeBytes(of: number, as: Int.self)
        memory.storeBytes(of: input.count, toByteOffset: 8, as: Int.self)
        input.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(start: memory + Self.headerSize, count: $0.count).copyMemory(from: $0)
        }
    }
}
