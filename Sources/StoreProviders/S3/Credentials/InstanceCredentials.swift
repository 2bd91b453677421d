internal import AssetModel
internal import NIOHTTP1
internal import StoreTransport

/// The metadata service of a virtual machine, in its second version, and where that is not there in its first.
/// Source: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>
struct InstanceCredentials: CredentialProvider {
    let settings: S3CredentialSettings
    let name = "instance metadata"

    var absence: S3CredentialAbsence { isDisabled ? .metadataDisabled : .noInstanceRole }

    private var isDisabled: Bool { settings.environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" }

    private enum Token {
        case value(Secret)
        /// The service speaks its first version alone.
        case none
        /// No such service answers.
        case unreachable
    }

    private static let path = "/latest/meta-data/iam/security-credentials/"

    /// Of tries at one question, whatever is set: with a second each some minutes, and no run that never begins.
    private static let mostAttempts = 100

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        guard !isDisabled else { return nil }
        let base = try base()
        let headers: HTTPHeaders
        switch await token(base) {
        case .value(let token): headers = ["x-aws-ec2-metadata-token": token.exposed]
        case .none, .unreachable:
            guard !settings.configuration.sources.flag("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled").value
            else { return nil }
            headers = [:]
            // The service is there and wants a token, and the answer with the token does not come this far.
            if await exchange(.GET, url(base, Self.path), headers, until: Self.isWhole)?.status == 401 {
                throw failure(.machine(.hopLimit))
            }
        }
        guard let role = await get(base, Self.path, headers).map({ String(decoding: $0, as: UTF8.self).trimmed }),
            !role.isEmpty, !role.contains(where: \.isWhitespace),
            let bytes = await get(base, Self.path + PercentEncoding.encode(role), headers),
            let credentials = CredentialDocument(bytes)?.credentials
        else { return nil }
        return try FoundCredentials(extended(credentials), source: .instance(role: role), provider: name)
    }

    private func failure(_ fault: S3CredentialFault) -> CredentialFailure {
        CredentialFailure(.misconfigured, name, fault)
    }

    /// A metadata service that cannot renew says so by handing out credentials that are about to expire: they are used
    /// for a while yet. Source: botocore's `InstanceMetadataFetcher._evaluate_expiration`
    private func extended(_ credentials: AWSCredentials) -> AWSCredentials {
        let soonest = settings.environment.now() + 900
        guard let expiration = credentials.expiration, expiration < soonest else { return credentials }
        return AWSCredentials(
            accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
            sessionToken: credentials.sessionToken, expiration: soonest + Double.random(in: 120...600))
    }

    private func base() throws(CredentialFailure) -> HTTPURL {
        let sources = settings.configuration.sources
        let isIPv6 = try usesIPv6(sources)
        let setting = sources.text("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")
        let text = setting?.value ?? (isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")
        guard let url = HTTPURL(text) else {
            throw failure(.machine(.invalidMetadataEndpoint(shown: HTTPURL.shown(text))))
        }
        return url
    }

    /// Source: botocore's `resolve_imds_endpoint_mode`
    private func usesIPv6(_ sources: AWSSettingSources) throws(CredentialFailure) -> Bool {
        let mode = sources.text("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode")
        guard let mode else { return sources.flag("AWS_IMDS_USE_IPV6", "imds_use_ipv6").value }
        guard ["ipv4", "ipv6"].contains(mode.value.lowercased()) else {
            throw failure(.machine(.invalidMetadataMode(mode)))
        }
        return mode.value.lowercased() == "ipv6"
    }

    private func token(_ base: HTTPURL) async -> Token {
        let headers: HTTPHeaders = ["x-aws-ec2-metadata-token-ttl-seconds": "21600"]
        let answer = await exchange(.PUT, url(base, "/latest/api/token"), headers) {
            [200, 400, 403, 404, 405].contains($0.status)
        }
        guard let answer else { return .unreachable }
        guard answer.status == 200, !answer.body.isEmpty else { return .none }
        return .value(Secret(String(decoding: answer.body, as: UTF8.self)))
    }

    private func get(_ base: HTTPURL, _ path: String, _ headers: HTTPHeaders) async -> [UInt8]? {
        guard let answer = await exchange(.GET, url(base, path), headers, until: Self.isWhole), answer.status == 200
        else {
            return nil
        }
        return answer.body
    }

    private static func isWhole(_ answer: BufferedResponse) -> Bool { answer.status == 200 && !answer.body.isEmpty }

    private func url(_ base: HTTPURL, _ path: String) -> HTTPURL {
        var url = base
        url.target = (base.target == "/" ? "" : base.target) + path
        return url
    }

    /// Asks again for what is not final, as botocore's `IMDSFetcher` does.
    ///
    /// - Returns: the last answer; nil where there was none.
    private func exchange(
        _ method: HTTPMethod, _ url: HTTPURL, _ headers: HTTPHeaders, until isFinal: (BufferedResponse) -> Bool
    ) async -> BufferedResponse? {
        let sources = settings.configuration.sources
        let seconds = sources.text("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout").flatMap {
            Double($0.value)
        }.flatMap { $0 > 0 ? $0 : nil }
        let attempts =
            sources.text("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts").flatMap { Int($0.value) }
        let timeout = seconds ?? 1
        let request = HTTPRequest(
            method, url, headers: headers, timeouts: HTTPTimeouts(connect: timeout, idle: timeout, whole: timeout),
            isDirect: true)
        var last: BufferedResponse?
        for _ in 0..<min(max(1, attempts ?? 1), Self.mostAttempts) {
            guard !Task.isCancelled else { break }
            // Outside EC2 nothing answers at this address.
            guard let answer = try? await settings.transport.exchange(request) else { continue }
            if isFinal(answer) { return answer }
            last = answer
        }
        return last
    }
}
