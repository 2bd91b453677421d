internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
internal import StoreTransport

/// Amazon's Security Token Service, or what speaks its protocol.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>
struct SecurityTokenService: Sendable {
    let settings: S3CredentialSettings
    /// In messages.
    let provider: String

    private static let attempts = 3

    func assumeRole(
        _ parameters: [(name: String, value: String?)], with credentials: AWSCredentials
    ) async throws(CredentialFailure) -> AWSCredentials {
        try await self.credentials("AssumeRole", parameters, signedWith: credentials)
    }

    func assumeRoleWithWebIdentity(
        _ parameters: [(name: String, value: String?)]
    ) async throws(CredentialFailure) -> AWSCredentials {
        try await credentials("AssumeRoleWithWebIdentity", parameters, signedWith: nil)
    }

    /// The account and user that the credentials belong to.
    func callerIdentity(_ credentials: AWSCredentials) async throws(CredentialFailure) -> String {
        let root = try await call("GetCallerIdentity", [], signedWith: credentials)
        guard let arn = root.child("GetCallerIdentityResult")?["Arn"] else {
            throw failure(.malformed, .noCallerIdentity)
        }
        return arn
    }

    private func credentials(
        _ action: String, _ parameters: [(name: String, value: String?)], signedWith signer: AWSCredentials?
    ) async throws(CredentialFailure) -> AWSCredentials {
        let root = try await call(action, parameters, signedWith: signer)
        guard let element = root.child("\(action)Result")?.child("Credentials"), let key = element["AccessKeyId"],
            let secret = element["SecretAccessKey"], let token = element["SessionToken"]
        else { throw failure(.malformed, .noCredentials(.tokens, origin: nil)) }
        return AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: Secret(token),
            expiration: element["Expiration"].flatMap(Timestamp.seconds))
    }

    private func call(
        _ action: String, _ parameters: [(name: String, value: String?)], signedWith signer: AWSCredentials?
    ) async throws(CredentialFailure) -> XMLElement {
        let items = [("Action", action), ("Version", "2011-06-15")] + parameters.filter { $0.value != nil }
        let request = try request(PercentEncoding.query(items), signedWith: signer)
        let answer = try await CredentialServiceClient(
            transport: settings.transport, sleep: settings.sleep, provider: provider, attempts: Self.attempts,
            isFinal: { !Self.isTransient($0) }, unreachable: { S3CredentialFault.unreachable(.tokens, $0) }
        ).send(request)
        let root = try? XMLTree.parse(answer.body)
        if answer.status == 200, let root { return root }
        let shown = parameters.filter { $0.name == "WebIdentityToken" }.compactMap { $0.value.map(Secret.init) }
        let redaction = Redaction(of: request, and: shown + [signer?.secretAccessKey].compactMap(\.self))
        throw refusal(of: action, answer, root?.child("Error"), redaction)
    }

    private func refusal(
        of action: String, _ answer: BufferedResponse, _ error: XMLElement?, _ redaction: Redaction
    ) -> CredentialFailure {
        let said = redaction([error?["Code"], error?["Message"]].compactMap(\.self).joined(separator: ": "))
        let words = said.isEmpty ? ServiceWords.status(answer.status) : .said(said)
        guard !Self.isTransient(answer) else {
            return failure(.unreachable, .tokenServiceFailed(action: action, words))
        }
        // The one code for a wrong signature and for one of another time.
        let isClock = said.contains("Signature expired") || said.contains("Signature not yet current")
        return failure(.refused, .denied(action: action, words, isClock: isClock))
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: S3CredentialFault) -> CredentialFailure {
        CredentialFailure(kind, provider, fault)
    }

    /// Whether the same request may succeed later: some of these have the status 400.
    private static func isTransient(_ answer: BufferedResponse) -> Bool {
        guard answer.status != 200, !answer.isTransientFailure else { return answer.isTransientFailure }
        let code = (try? XMLTree.parse(answer.body))?.child("Error")?["Code"]
        return code.map(passing.contains) ?? false
    }

    /// Source: botocore's `retries/standard.py` and `_retry.json`.
    private static let passing: Set = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException", "RequestTimeout", "RequestTimeoutException",
        "IDPCommunicationError",
    ]

    private func request(
        _ body: String, signedWith signer: AWSCredentials?
    ) throws(CredentialFailure) -> HTTPRequest {
        let (url, region) = try place()
        let request = HTTPRequest(
            .POST, url, headers: ["content-type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: .bytes(ByteBuffer(string: body)))
        guard let signer else { return request }
        return SigV4(signer, region: region, service: "sts", time: settings.environment.now()).sign(
            request, payloadHash: Digests.sha256(body.utf8).hex)
    }

    private func place() throws(CredentialFailure) -> (HTTPURL, region: String) {
        let configuration = settings.configuration
        let region = configuration.region?.value
        if let custom = try Configured.endpoint("sts", configuration, provider) {
            return (custom, region ?? "us-east-1")
        }
        let named = AWSRegion(region ?? "aws-global")
        let host = AWSServiceHost(
            service: "sts", usesFIPS: configuration.usesFIPS.value || named.asksForFIPS,
            usesDualStack: configuration.usesDualStackOfServices.value)
        let isGlobal = try named.name == "aws-global" ? true : isOfOld(named)
        guard isGlobal, !host.usesFIPS, !host.usesDualStack else {
            return (try Configured.url(of: host, in: named, provider), named.name)
        }
        return (HTTPURL(scheme: .https, host: "sts.amazonaws.com"), "us-east-1")
    }

    /// Whether STS has one address for this region and others. boto3 looks at the setting where it asks STS alone.
    private func isOfOld(_ region: AWSRegion) throws(CredentialFailure) -> Bool {
        do {
            return try settings.configuration.sources.usesGlobalTokenService() && Self.oldRegions.contains(region.name)
        } catch {
            throw failure(.misconfigured, .regionalEndpoints(error))
        }
    }

    /// Those that the setting `legacy` of sts_regional_endpoints is about. Source: botocore's `LEGACY_GLOBAL_STS_REGIONS`
    private static let oldRegions: Set = [
        "ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "aws-global", "ca-central-1",
        "eu-central-1",
        "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
        "us-west-2",
    ]
}

/// Endpoints of services, as failures of credentials.
enum Configured {
    static func url(
        of host: AWSServiceHost, in region: AWSRegion, _ provider: String
    ) throws(CredentialFailure) -> HTTPURL {
        if let url = host.url(in: region) { return url }
        throw CredentialFailure(
            .misconfigured, provider, S3CredentialFault.noDualStack(service: host.service, region: region.name))
    }

    static func endpoint(
        _ service: String, _ configuration: S3Configuration, _ provider: String
    ) throws(CredentialFailure) -> HTTPURL? {
        do {
            return try configuration.endpoint(of: service)?.value
        } catch {
            throw CredentialFailure(.misconfigured, provider, S3CredentialFault.endpoint(error))
        }
    }
}
