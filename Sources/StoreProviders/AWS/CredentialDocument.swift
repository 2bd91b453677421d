internal import StoreTransport

/// The credentials that containers, instances and processes hand out as JSON.
struct CredentialDocument: Decodable {
    var Version: Int?
    var AccessKeyId: String?
    var SecretAccessKey: String?
    /// What containers and instances call it.
    var Token: String?
    /// What processes call it.
    var SessionToken: String?
    var Expiration: String?

    /// Nil where the text is no such document.
    init?(_ bytes: [UInt8]) {
        guard let document = JSONDocument.decode(Self.self, from: bytes) else { return nil }
        self = document
    }

    /// Nil where a key is missing.
    var credentials: AWSCredentials? {
        guard let AccessKeyId, let SecretAccessKey else { return nil }
        return AWSCredentials(
            accessKeyID: AccessKeyId, secretAccessKey: Secret(SecretAccessKey),
            sessionToken: (Token ?? SessionToken).map(Secret.init), expiration: Expiration.flatMap(Timestamp.seconds))
    }
}
