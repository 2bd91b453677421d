package import AssetModel
internal import CChecksums
internal import CLibCrypto
internal import ObjectStore
package import Planning

/// The digests of some bytes in the making: SHA-256 always, and what the store told a checksum of.
///
/// A class because it owns OpenSSL's contexts.
package final class ContentHash {
    private let sha256: MessageDigest
    private var size: Int64 = 0
    private var checks: [RunningChecksum?]
    private let expected: [ExpectedChecksum]

    package init(expecting expected: [ExpectedChecksum] = []) {
        // It is linked in, and no configuration that could take it away is read (CStartup).
        guard let sha256 = MessageDigest(EVP_sha256()) else { preconditionFailure("OpenSSL has no SHA-256") }
        self.sha256 = sha256
        self.expected = expected
        checks = expected.map { RunningChecksum($0.checksum.algorithm) }
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        size += Int64(bytes.count)
        sha256.update(bytes)
        for index in checks.indices { checks[index]?.update(bytes) }
    }

    /// Of all the bytes; nothing more can be added.
    package func finish() -> ContentDigests {
        let digest = sha256.finish()
        var fault: ContentFault?
        for (expected, check) in zip(expected, checks) {
            let actual = expected.checksum.algorithm == .sha256 ? digest : check?.finish()
            guard let actual, actual != expected.checksum.bytes else { continue }
            fault = fault ?? .checksum(expected, actual: actual)
        }
        return ContentDigests(sha256: SHA256Digest(bytes: digest), size: size, fault: fault)
    }
}

/// What hashing an object came to.
package struct ContentDigests: Sendable, Hashable {
    package let sha256: SHA256Digest
    /// In bytes.
    package let size: Int64
    let fault: ContentFault?

    /// The checksum that it has in the place of an expected one; nil where it has what was expected.
    package var otherChecksum: ObjectChecksum? {
        guard case .checksum(let expected, let actual) = fault else { return nil }
        return ObjectChecksum(expected.checksum.algorithm, actual)
    }
}

/// A checksum that what arrives must have, and who says so.
package struct ExpectedChecksum: Sendable, Hashable {
    package let checksum: ObjectChecksum
    package let recorder: DigestRecorder

    package init(checksum: ObjectChecksum, recorder: DigestRecorder) {
        self.checksum = checksum
        self.recorder = recorder
    }
}

/// What is wrong with the bytes of an object that arrived.
enum ContentFault: Sendable, Hashable {
    /// The store told another checksum than they have.
    case checksum(ExpectedChecksum, actual: [UInt8])
    case decoding(DecodingFault)
}

/// A checksum in the making.
private enum RunningChecksum {
    case crc32(UInt32)
    case crc32c(UInt32)
    case crc64nvme(UInt64)
    case digest(MessageDigest)

    /// Nil for SHA-256, which is computed anyway, and for what OpenSSL refuses, as a FIPS configuration does MD5.
    init?(_ algorithm: ObjectChecksum.Algorithm) {
        switch algorithm {
        case .crc32: self = .crc32(0)
        case .crc32c: self = .crc32c(0)
        case .crc64nvme: self = .crc64nvme(0)
        case .md5, .sha1:
            guard let digest = MessageDigest(algorithm == .md5 ? EVP_md5() : EVP_sha1()) else { return nil }
            self = .digest(digest)
        case .sha256: return nil
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .crc32(let value): self = .crc32(modelkit_crc32(value, bytes.baseAddress, bytes.count))
        case .crc32c(let value): self = .crc32c(modelkit_crc32c(value, bytes.baseAddress, bytes.count))
        case .crc64nvme(let value): self = .crc64nvme(modelkit_crc64nvme(value, bytes.baseAddress, bytes.count))
        case .digest(let digest): digest.update(bytes)
        }
    }

    /// The most significant byte first.
    func finish() -> [UInt8] {
        switch self {
        case .crc32(let value), .crc32c(let value): Self.bytes(UInt64(value), count: 4)
        case .crc64nvme(let value): Self.bytes(value, count: 8)
        case .digest(let digest): digest.finish()
        }
    }

    private static func bytes(_ value: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}

/// A message digest in the making, by OpenSSL.
///
/// A class because it owns OpenSSL's context.
private final class MessageDigest {
    private let context: OpaquePointer

    /// Nil where OpenSSL does not have the algorithm, or refuses it.
    init?(_ algorithm: OpaquePointer?) {
        guard let context = EVP_MD_CTX_new() else { return nil }
        guard EVP_DigestInit_ex(context, algorithm, nil) == 1 else {
            EVP_MD_CTX_free(context)
            return nil
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "out of memory")
    }

    func finish() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        precondition(EVP_DigestFinal_ex(context, &bytes, &length) == 1, "out of memory")
        return Array(bytes.prefix(Int(length)))
    }
}

extension SHA256Digest {
    /// Of the bytes of a text.
    package init(of text: String) {
        let hash = ContentHash()
        Array(text.utf8).withUnsafeBytes { hash.update($0) }
        self = hash.finish().sha256
    }
}
