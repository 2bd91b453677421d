internal import StoreTransport

extension FoundCredentials<AWSCredentials> {
    /// - Throws: where a text cannot be sent in a header: a secret's file that was read with the line break at its end.
    init(
        _ credentials: AWSCredentials, source: String, provider: String,
        named names: [String] = ["access key", "secret access key", "session token"]
    ) throws(CredentialFailure) {
        let texts = [
            credentials.accessKeyID, credentials.secretAccessKey.exposed, credentials.sessionToken?.exposed ?? "",
        ]
        for (name, text) in zip(names, texts) where text.unicodeScalars.contains(where: \.isControl) {
            throw CredentialFailure(
                .malformed, provider, "the \(name) from \(source) contains a control character such as a line break",
                remedy: "write it without a trailing line break, with `printf %s` instead of `echo`")
        }
        self.init(credentials, source: source)
    }
}

extension Unicode.Scalar {
    /// Of ASCII: what no header can hold.
    fileprivate var isControl: Bool { value < 0x20 || value == 0x7f }
}
