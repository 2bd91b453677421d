internal import AssetModel
internal import CLibCrypto
internal import Planning

/// The digest of an asset's entry in a lock, by which an entry is known that a merge put together of two versions.
///
/// A SHA-256 over the entry's lines from `name` to `pushed` as the program writes them, then the specification strings of its
/// dependencies, sorted, with a line feed after each, then the lines from `files` on. The versions chosen for dependencies
/// are left out, because they change while the asset stays what it is.
///
/// A class because it owns OpenSSL's context, which serves many entries, one after the other.
final class EntryDigest {
    private let context: OpaquePointer

    init() {
        // Fails for want of memory alone, where nothing else could go on either.
        context = EVP_MD_CTX_new()
    }

    deinit { EVP_MD_CTX_free(context) }

    func of(_ asset: LockedAsset) -> SHA256Digest {
        let specifications = asset.dependencies.map(\.specification.description)
        var (head, files) = (LockText.head(of: asset), LockText.files(of: asset))
        return head.withUTF8 { head in files.withUTF8 { of(head: head, specifications, files: $0) } }
    }

    /// - Parameters:
    ///   - head: the lines from `name` to `pushed`.
    ///   - files: the lines from `files` on.
    func of(
        head: UnsafeBufferPointer<UInt8>, _ specifications: [String], files: UnsafeBufferPointer<UInt8>
    ) -> SHA256Digest {
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
        EVP_DigestUpdate(context, head.baseAddress, head.count)
        for specification in specifications.sorted() {
            var line = specification + "\n"
            line.withUTF8 { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        }
        EVP_DigestUpdate(context, files.baseAddress, files.count)
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        EVP_DigestFinal_ex(context, &bytes, nil)
        return SHA256Digest(bytes: bytes)
    }
}
