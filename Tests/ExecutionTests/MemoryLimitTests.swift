import AssetsTestSupport
import Testing

@testable import Execution

@Suite struct MemoryLimitTests {
    private static let mib: Int64 = 1 << 20

    /// - Parameter files: what /proc and /sys hold.
    private func limit(_ files: [String: String]) async throws -> Int64? {
        try await withTemporaryDirectory { path in
            for (name, text) in files { try write(text, to: "\(path)/\(name)") }
            return MemoryLimit.read(root: path + "/").bytes
        }
    }

    @Test("A group and those around it limit a process, the smallest of them first")
    func secondVersion() async throws {
        let files = [
            "proc/self/cgroup": "0::/system.slice/build.service\n",
            "sys/fs/cgroup/system.slice/memory.max": "104857600\n",
            "sys/fs/cgroup/system.slice/memory.high": "max\n",
            "sys/fs/cgroup/system.slice/build.service/memory.max": "max\n",
        ]
        #expect(try await limit(files) == 100 * Self.mib)
        let soft = ["sys/fs/cgroup/system.slice/build.service/memory.high": "52428800\n"]
        #expect(try await limit(files.merging(soft) { $1 }) == 50 * Self.mib)
    }

    @Test("A container may see its own group as the outermost one, by either version")
    func containers() async throws {
        let seen = ["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "67108864\n"]
        #expect(try await limit(seen) == 64 * Self.mib)
        let told = [
            "proc/self/cgroup": "12:cpu,cpuacct:/docker/f00\n4:memory:/docker/f00\n0::/\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "67108864\n",
        ]
        #expect(try await limit(told) == 64 * Self.mib)
    }

    @Test("No limit is one that is not there, not set, or not to be read")
    func none() async throws {
        #expect(try await limit([:]) == nil)
        #expect(try await limit(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"]) == nil)
        let first = [
            "proc/self/cgroup": "4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        #expect(try await limit(first) == nil)
        let odd = ["proc/self/cgroup": "memory\n\n0::\n", "sys/fs/cgroup/memory.max": "-1\n"]
        #expect(try await limit(odd) == nil)
    }

    @Test("Parts get what is left of a small limit, and no more than ever of a large one")
    func parts() {
        #expect(MemoryLimit.none.ofParts == ExecutionOptions.mostMemory)
        #expect(MemoryLimit(bytes: 1 << 40).ofParts == ExecutionOptions.mostMemory)
        #expect(MemoryLimit(bytes: 64 * Self.mib).ofParts == 8 * Self.mib)
        #expect(MemoryLimit(bytes: 16 * Self.mib).ofParts == PartQueue.mostHeld)
    }

    @Test("Uploads get the same, and room for one part at least")
    func uploads() {
        let most = 64 * Self.mib
        #expect(MemoryLimit.none.ofUploads(most: most) == most)
        #expect(MemoryLimit(bytes: 128 * Self.mib).ofUploads(most: most) == 44 * Self.mib)
        #expect(MemoryLimit(bytes: 32 * Self.mib).ofUploads(most: most) == 8 * Self.mib)
    }
}
