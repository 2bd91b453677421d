import AssetModel
import FileSystem
import Foundation
import NIOCore
import ObjectStore
import Planning
import Testing

@testable import Execution

/// Check values: <https://reveng.sourceforge.io/crc-catalogue/>, FIPS 180-4, RFC 1321.
@Suite struct ContentHashTests {
    static let digits = Array("123456789".utf8)

    static let checksums: [(ObjectChecksum.Algorithm, String)] = [
        (.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
        (.md5, "25f9e794323b453885f5181f1b624d0b"), (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        (.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
    ]

    @Test(arguments: checksums)
    func agreesWithWhatTheStoreTold(_ algorithm: ObjectChecksum.Algorithm, _ hex: String) throws {
        let hash = ContentHash(expecting: [try Self.expected(algorithm, Self.bytes(hex))])
        // In two pieces, of which one is not a multiple of what is taken at a time.
        Self.digits[..<4].withUnsafeBytes { hash.update($0) }
        Self.digits[4...].withUnsafeBytes { hash.update($0) }
        let digests = hash.finish()
        #expect(digests.fault == nil)
        #expect("\(digests.sha256)".hasSuffix(Self.checksums[5].1))
    }

    @Test(arguments: checksums)
    func noticesADifference(_ algorithm: ObjectChecksum.Algorithm, _ hex: String) throws {
        var wrong = Self.bytes(hex)
        wrong[0] ^= 1
        let hash = ContentHash(expecting: [try Self.expected(algorithm, wrong)])
        Self.digits.withUnsafeBytes { hash.update($0) }
        #expect(hash.finish().fault == .checksum(try Self.expected(algorithm, wrong), actual: Self.bytes(hex)))
    }

    static func expected(_ algorithm: ObjectChecksum.Algorithm, _ bytes: [UInt8]) throws -> ExpectedChecksum {
        ExpectedChecksum(checksum: try #require(ObjectChecksum(algorithm, bytes)), recorder: .store)
    }

    static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }
}

@Suite struct FrontierHasherTests {
    /// Parts in any order, from many tasks at a time: the digest is that of the bytes in theirs.
    @Test(arguments: 0..<20)
    func hashesWhatArrivesInAnyOrder(_ seed: UInt64) async throws {
        var random = Numbers(state: seed)
        let size = Int.random(in: 1...3_000_000, using: &random)
        let content = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        let path = NSTemporaryDirectory() + "modelkit-assets-\(UUID().uuidString)"
        try Data(content).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try File.openForReading(path)

        let step = Int.random(in: 1000...500_000, using: &random)
        let ranges = stride(from: 0, to: size, by: step).map { Int64($0)..<Int64(min($0 + step, size)) }
        let shuffled = ranges.shuffled(using: &random)
        // What an earlier run left is there from the start.
        let present = Array(shuffled.prefix(shuffled.count / 3))
        let hasher = FrontierHasher(present: present)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for range in shuffled.dropFirst(present.count) {
                group.addTask { try hasher.arrived(range, in: file) }
            }
            try await group.waitForAll()
        }
        let expected = ContentHash()
        content.withUnsafeBytes { expected.update($0) }
        #expect(try hasher.finish(file, size: Int64(size)) == expected.finish())
    }

    /// Connections that each bring a part piece by piece: some pieces arrive at the frontier, others wait to be read back.
    @Test(arguments: 0..<20)
    func hashesWhatArrivesPieceByPiece(_ seed: UInt64) async throws {
        var random = Numbers(state: seed)
        let scene = try Pieces(&random)
        defer { scene.remove() }
        let hasher = FrontierHasher()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in scene.parts.shuffled(using: &random) {
                group.addTask { try scene.write(part, hasher) }
            }
            try await group.waitForAll()
        }
        #expect(try hasher.finish(scene.file, size: Int64(scene.content.count)) == scene.digests)
    }

    @Test("what was hashed and is written again is read back, so that the digest is the file's")
    func hashesWhatIsWrittenAgain() throws {
        var random = Numbers(state: 1)
        let scene = try Pieces(&random)
        defer { scene.remove() }
        let hasher = FrontierHasher()
        let other = ByteBuffer(repeating: 7, count: 100)
        hasher.wrote([other], at: 0..<100)
        for part in scene.parts { try scene.write(part, hasher) }
        #expect(try hasher.finish(scene.file, size: Int64(scene.content.count)) == scene.digests)
    }

    /// A file, and the parts in which it comes, each in pieces.
    private struct Pieces {
        let content: [UInt8]
        let path = NSTemporaryDirectory() + "modelkit-assets-\(UUID().uuidString)"
        let file: File
        let parts: [[Range<Int>]]

        init(_ random: inout Numbers) throws {
            let size = Int.random(in: 1...3_000_000, using: &random)
            content = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            try Data(content).write(to: URL(fileURLWithPath: path))
            file = try File.openForReading(path)
            parts = Self.split(0..<size, Int.random(in: 1000...500_000, using: &random)).map {
                Self.split($0, Int.random(in: 1000...100_000, using: &random))
            }
        }

        private static func split(_ range: Range<Int>, _ step: Int) -> [Range<Int>] {
            stride(from: range.lowerBound, to: range.upperBound, by: step).map { $0..<min($0 + step, range.upperBound) }
        }

        var digests: ContentDigests {
            let hash = ContentHash()
            content.withUnsafeBytes { hash.update($0) }
            return hash.finish()
        }

        func write(_ part: [Range<Int>], _ hasher: FrontierHasher) throws {
            for piece in part {
                hasher.wrote([ByteBuffer(bytes: content[piece])], at: Int64(piece.lowerBound)..<Int64(piece.upperBound))
            }
            try hasher.advance(in: file)
        }

        func remove() { try? FileManager.default.removeItem(atPath: path) }
    }

    /// SplitMix64, so that a failing seed fails again.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}
