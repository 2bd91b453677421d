internal import FoundationEssentials
internal import NIOHTTP1
internal import StoreTransport

/// A job's identity at Amazon: a signed request of GetCallerIdentity, which Google sends to STS.
///
/// Source: google-auth's `aws.py`. It looks at the environment and the machine's metadata service, and at no profile.
struct AmazonSubjectToken: SubjectTokenSource {
    private let settings: GCSCredentialSettings
    private let provider: String
    private let audience: String
    private let verificationURL: String
    private let regionURL: String?
    private let credentialsURL: String?
    private let sessionURL: String?

    init(
        _ source: GoogleCredentialFile.CredentialSource, audience: String, _ settings: GCSCredentialSettings,
        provider: String
    ) throws(CredentialFailure) {
        guard source.environmentId == "aws1" else {
            throw CredentialFailure(
                .notSupported, provider, GCSCredentialFault.subject(.unknownEnvironmentID(source.environmentId ?? "")))
        }
        verificationURL = try settings.required(
            source.regionalCredVerificationUrl, "regional_cred_verification_url", provider)
        regionURL = source.regionUrl
        credentialsURL = source.url
        sessionURL = source.imdsv2SessionTokenUrl
        self.audience = audience
        self.settings = settings
        self.provider = provider
    }

    func token() async throws(CredentialFailure) -> Secret {
        let session = try await session()
        let region = try await region(session)
        let credentials = try await credentials(session)
        let text = verificationURL.replacing("{region}", with: region)
        guard let url = HTTPURL(text) else {
            throw CredentialFailure(.misconfigured, provider, GCSCredentialFault.subject(.invalidVerificationURL(text)))
        }
        let signer = SigV4(credentials, region: region, service: "sts", time: settings.environment.now())
        let signed = signer.sign(HTTPRequest(.POST, url), payloadHash: SigV4.emptyPayloadHash)
        let headers = signed.headers.map { Field(key: $0.name, value: $0.value) }
        let document = Document(
            headers: headers + [Field(key: "x-goog-cloud-target-resource", value: audience)], method: "POST", url: text)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return Secret(PercentEncoding.encode(json))
    }

    private struct Document: Encodable {
        let headers: [Field]
        let method: String
        let url: String
    }

    private struct Field: Encodable {
        let key: String
        let value: String
    }

    // MARK: The environment, and the metadata service where it says nothing

    private var hasKeys: Bool {
        settings.environment["AWS_ACCESS_KEY_ID"] != nil && settings.environment["AWS_SECRET_ACCESS_KEY"] != nil
    }

    private var namedRegion: String? {
        settings.environment["AWS_REGION"] ?? settings.environment["AWS_DEFAULT_REGION"]
    }

    /// The second version of the metadata service wants one.
    private func session() async throws(CredentialFailure) -> HTTPHeaders {
        guard let sessionURL, !hasKeys || namedRegion == nil else { return [:] }
        let bytes = try await ask(
            .PUT, sessionURL, "imdsv2_session_token_url", ["x-aws-ec2-metadata-token-ttl-seconds": "300"])
        return ["x-aws-ec2-metadata-token": String(decoding: bytes, as: UTF8.self)]
    }

    private func region(_ session: HTTPHeaders) async throws(CredentialFailure) -> String {
        if let namedRegion { return namedRegion }
        let url = try settings.required(regionURL, "credential_source.region_url", provider)
        let zone = String(decoding: try await ask(.GET, url, "region_url", session), as: UTF8.self)
        // `us-east-1d`
        return String(zone.trimmed.dropLast())
    }

    private func credentials(_ session: HTTPHeaders) async throws(CredentialFailure) -> AWSCredentials {
        let environment = settings.environment
        if let key = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] {
            return AWSCredentials(
                accessKeyID: key, secretAccessKey: Secret(secret),
                sessionToken: environment["AWS_SESSION_TOKEN"].map(Secret.init))
        }
        let url = try settings.required(credentialsURL, "credential_source.url", provider)
        let role = String(decoding: try await ask(.GET, url, "url", session), as: UTF8.self).trimmed
        let bytes = try await ask(.GET, "\(url)/\(PercentEncoding.encode(role))", "url", session)
        guard let found = CredentialDocument(bytes)?.credentials else {
            throw CredentialFailure(
                .malformed, provider, GCSCredentialFault.subject(.noAWSCredentials(shown: HTTPURL.shown(url))))
        }
        return found
    }

    private func ask(
        _ method: HTTPMethod, _ address: String, _ field: String, _ headers: HTTPHeaders
    ) async throws(CredentialFailure) -> [UInt8] {
        let url = try settings.address(anyScheme: address, "credential_source.\(field)", provider)
        let answer = try await settings.call(provider, .awsMetadata, attempts: 3)
            .send(HTTPRequest(method, url, headers: headers, isDirect: true))
        guard answer.status == 200 else {
            throw CredentialFailure(
                .refused, provider, GCSCredentialFault.status(.awsMetadata, origin: url.origin, answer.status))
        }
        return answer.body
    }
}
