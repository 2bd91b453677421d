/// Why there are no credentials.
package struct CredentialFailure: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// Nothing names any.
        case noneFound
        /// An access key without its secret, a role without who may take it.
        case partial
        /// Who hands them out refused.
        case refused
        /// Who hands them out cannot be reached, or does not answer.
        case unreachable
        /// What came is not what the protocol says.
        case malformed
        case expired
        /// This tool does not do it: it asks a person, or needs a browser.
        case notSupported
        case misconfigured
    }

    package let kind: Kind
    /// Of whom they were wanted: `web identity`. Empty where of nobody.
    package let provider: String
    /// Without a secret.
    package let words: String
    /// What to do.
    package let remedy: String

    init(_ kind: Kind, _ provider: String, _ words: String, remedy: String) {
        self.kind = kind
        self.provider = provider
        self.words = words
        self.remedy = remedy
    }
}

/// Credentials, and in words where they come from.
struct FoundCredentials: Sendable, Hashable {
    let credentials: AWSCredentials
    /// `environment variables`, `profile dev in /home/a/.aws/credentials:3`
    let source: String

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
                .malformed, provider, "the \(name) of \(source) holds a line break or another control character",
                remedy: "store it without: `printf %s` writes no line break, `echo` does")
        }
        self.credentials = credentials
        self.source = source
    }
}

extension Unicode.Scalar {
    /// Of ASCII: what no header can hold.
    fileprivate var isControl: Bool { value < 0x20 || value == 0x7f }
}
