internal import CLibCrypto
internal import StoreTransport

/// RSASSA-PKCS1-v1_5 with SHA-256, by OpenSSL: `RS256` of <https://www.rfc-editor.org/rfc/rfc7518#section-3.3>.
enum RSASignature {
    /// - Parameter key: a private key in PEM.
    /// - Returns: nil where the text is no such key.
    static func sign(_ text: String, with key: Secret) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let loaded = load(key) else { return nil }
        defer { EVP_PKEY_free(loaded) }
        guard EVP_PKEY_get_base_id(loaded) == EVP_PKEY_RSA, let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        let message = Array(text.utf8)
        var length = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, loaded) == 1,
            EVP_DigestSign(context, nil, &length, message, message.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(length))
    }

    /// The key, which the caller frees.
    private static func load(_ key: Secret) -> OpaquePointer? {
        Array(PEMText.lined(key.exposed).utf8).withUnsafeBytes { pem in
            // The source reads the bytes where they are: they must be there for as long as it is.
            guard let count = CInt(exactly: pem.count), let source = BIO_new_mem_buf(pem.baseAddress, count) else {
                return nil
            }
            defer { BIO_free(source) }
            // With an empty passphrase OpenSSL does not ask for one at the terminal.
            return "".withCString { passphrase in
                PEM_read_bio_PrivateKey(source, nil, nil, UnsafeMutableRawPointer(mutating: passphrase))
            }
        }
    }
}
