import CChecksums
import Testing

/// Long contents are folded by the processor's multiplication without carries, short ones and the rest are looked up in
/// tables: all has to come to what dividing bit by bit does.
///
/// Check values: <https://reveng.sourceforge.io/crc-catalogue/>
@Suite struct ChecksumTests {
    @Test("the values of the catalogue") func catalogue() {
        let digits = Array("123456789".utf8)
        #expect(modelkit_crc32(0, digits, digits.count) == 0xCBF4_3926)
        #expect(modelkit_crc32c(0, digits, digits.count) == 0xE306_9283)
        #expect(modelkit_crc64nvme(0, digits, digits.count) == 0xAE8B_1486_0A79_9888)
    }

    @Test("content of any length at any address", arguments: [0, 1, 7, 8])
    func anyLength(offset: Int) {
        let memory = Self.memory(of: 1024)
        for count in 0...160 {
            let content = memory[offset..<offset + count]
            content.withUnsafeBufferPointer { bytes in
                let expected = content.reduce(UInt64.max) { Self.divided($0, $1, 0x9A6C_9329_AC4B_C9B5) }
                #expect(modelkit_crc64nvme(0, bytes.baseAddress, bytes.count) == ~expected)
                let expected32 = content.reduce(0xFFFF_FFFF as UInt64) { Self.divided($0, $1, 0xEDB8_8320) }
                #expect(modelkit_crc32(0, bytes.baseAddress, bytes.count) == ~UInt32(expected32))
                let expected32c = content.reduce(0xFFFF_FFFF as UInt64) { Self.divided($0, $1, 0x82F6_3B78) }
                #expect(modelkit_crc32c(0, bytes.baseAddress, bytes.count) == ~UInt32(expected32c))
            }
        }
    }

    @Test("in two pieces it is the same", arguments: [0, 1, 15, 16, 63, 64, 65, 127, 128, 500, 936, 1000])
    func twoPieces(at place: Int) {
        let memory = Self.memory(of: 1000)
        let (first, second) = (Array(memory[..<place]), Array(memory[place...]))
        let crc32 = modelkit_crc32(modelkit_crc32(0, first, first.count), second, second.count)
        #expect(crc32 == modelkit_crc32(0, memory, memory.count))
        let crc32c = modelkit_crc32c(modelkit_crc32c(0, first, first.count), second, second.count)
        #expect(crc32c == modelkit_crc32c(0, memory, memory.count))
        let crc64 = modelkit_crc64nvme(modelkit_crc64nvme(0, first, first.count), second, second.count)
        #expect(crc64 == modelkit_crc64nvme(0, memory, memory.count))
    }

    /// The remainder with one more byte, by the definition.
    private static func divided(_ value: UInt64, _ byte: UInt8, _ polynomial: UInt64) -> UInt64 {
        (0..<8).reduce(value ^ UInt64(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
    }

    /// Bytes without a pattern, the same each time.
    private static func memory(of count: Int) -> [UInt8] {
        var state: UInt64 = 0x2545_F491_4F6C_DD1D
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }
}
