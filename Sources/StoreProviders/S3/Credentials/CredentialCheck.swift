internal import StoreTransport

extension FoundCredentials<AWSCredentials> {
    /// - Throws: where a text cannot be sent in a header: a secret's file that was read with the line break at its end.
    init(
        _ credentials: AWSCredentials, source: S3CredentialSource, provider: String,
        named parts: [S3SecretPart] = [.accessKey, .secretAccessKey, .sessionToken]
    ) throws(CredentialFailure) {
        let texts = [
            credentials.accessKeyID, credentials.secretAccessKey.exposed, credentials.sessionToken?.exposed ?? "",
        ]
        for (part, text) in zip(parts, texts) where text.unicodeScalars.contains(where: \.isControl) {
            throw CredentialFailure(.malformed, provider, S3CredentialFault.controlCharacter(in: part, source))
        }
        self.init(credentials, source: source)
    }
}

extension Unicode.Scalar {
    /// Of ASCII: what no header can hold.
    fileprivate var isControl: Bool { value < 0x20 || value == 0x7f }
}
