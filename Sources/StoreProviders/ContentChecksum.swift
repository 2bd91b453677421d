internal import AssetModel
internal import CChecksums
internal import NIOCore
internal import ObjectStore
internal import StoreTransport

/// Compares the checksums that a store reports of what was just written with those of what was sent.
enum ContentChecksum {
    /// - Parameters:
    ///   - reported: the most reliable one first.
    ///   - md5: of the content.
    static func evidence(_ reported: [ObjectChecksum], of content: ByteBuffer, md5: [UInt8]) -> WriteReceipt.Evidence {
        // The MD5 is known; what agrees with it needs no other.
        if reported.contains(where: { $0.algorithm == .md5 && $0.bytes == md5 }) { return .matches }
        guard let checksum = reported.first else { return .none }
        return checksum.bytes == bytes(checksum.algorithm, of: content, md5: md5) ? .matches : .differs
    }

    private static func bytes(
        _ algorithm: ObjectChecksum.Algorithm, of content: ByteBuffer, md5: [UInt8]
    ) -> [UInt8] {
        switch algorithm {
        case .md5: md5
        case .sha1: Digests.sha1(content.readableBytesView)
        case .sha256: Digests.sha256(content.readableBytesView)
        case .crc32:
            content.withUnsafeReadableBytes { bigEndian(modelkit_crc32(0, $0.baseAddress, $0.count)) }
        case .crc32c: bigEndian(crc32c(0, content))
        case .crc64nvme:
            content.withUnsafeReadableBytes { bigEndian(modelkit_crc64nvme(0, $0.baseAddress, $0.count)) }
        }
    }

    /// - Parameter value: of the bytes before these; 0 at the start.
    static func crc32c(_ value: UInt32, _ content: ByteBuffer) -> UInt32 {
        content.withUnsafeReadableBytes { modelkit_crc32c(value, $0.baseAddress, $0.count) }
    }

    static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

extension ObjectChecksum {
    /// Whether it is that of the bytes; nil where it is of an algorithm that is not computed here.
    func isOf(_ content: [UInt8]) -> Bool? {
        switch algorithm {
        case .md5: Digests.md5(content) == bytes
        case .sha1: Digests.sha1(content) == bytes
        case .sha256: Digests.sha256(content) == bytes
        case .crc32, .crc32c, .crc64nvme: nil
        }
    }
}
