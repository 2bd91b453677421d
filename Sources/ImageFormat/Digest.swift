package import AssetModel
internal import CLibCrypto

extension SHA256Digest {
    /// Of bytes in memory.
    package init(of bytes: [UInt8]) {
        let hash = RunningDigest()
        hash.update(bytes)
        self = hash.finish()
    }
}

/// A SHA-256 in the making.
///
/// A class because it owns OpenSSL's context.
final class RunningDigest {
    private let context: OpaquePointer

    init() {
        // Fails for want of memory alone.
        context = EVP_MD_CTX_new()
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: [UInt8]) { EVP_DigestUpdate(context, bytes, bytes.count) }

    func update(_ text: String) { update(Array(text.utf8)) }

    func finish() -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        EVP_DigestFinal_ex(context, &bytes, nil)
        return SHA256Digest(bytes: bytes)
    }
}
