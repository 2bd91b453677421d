internal import AssetModel
internal import CLibCrypto

/// A SHA-256 in the making, by OpenSSL.
///
/// A class because it owns OpenSSL's context.
final class SHA256 {
    private let context: OpaquePointer

    init() {
        // Neither call fails but for want of memory, where nothing else could go on either.
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of all the bytes; nothing more can be added.
    func finish() -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        EVP_DigestFinal_ex(context, &bytes, nil)
        return SHA256Digest(bytes: bytes)
    }
}
