internal import AssetModel
internal import NIOHTTP1
internal import StoreTransport

/// The service that ECS, EKS and others run beside a container.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
struct ContainerCredentials: CredentialProvider {
    let settings: S3CredentialSettings
    let name = "container"
    let absence = "no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI"

    /// As botocore has it.
    private static let attempts = 3
    private static let timeouts = HTTPTimeouts(connect: 2, idle: 2, whole: 2)

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let environment = settings.environment
        let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].map { "http://169.254.170.2" + $0 }
        guard let address = relative ?? environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard let url = HTTPURL(address), Self.isTrusted(url) else {
            throw CredentialFailure(
                .misconfigured, name, "invalid container credential endpoint `\(HTTPURL.shown(address))`",
                remedy: "it must use https, or be a loopback or known link-local address")
        }
        var headers: HTTPHeaders = ["accept": "application/json"]
        if let token = try authorization() { headers.add(name: "authorization", value: token.exposed) }
        let request = HTTPRequest(.GET, url, headers: headers, timeouts: Self.timeouts, isDirect: true)
        let call = CredentialServiceClient(
            transport: settings.transport, sleep: settings.sleep, provider: name,
            service: "the container credential service", attempts: Self.attempts,
            remedy:
                "check that the variable belongs to this environment, and that this container's network reaches the service",
            isFinal: { [200, 401, 403].contains($0.status) })
        let answer = try await call.send(request)
        guard answer.status == 200 else {
            throw CredentialFailure(
                answer.isTransientFailure ? .unreachable : .refused, name,
                "the container credential service at \(url.origin) returned status \(answer.status)",
                remedy: answer.isTransientFailure
                    ? CredentialServiceClient.retryLater
                    : "check that this container has a role, and the token of AWS_CONTAINER_AUTHORIZATION_TOKEN or its "
                        + "_FILE")
        }
        guard let credentials = CredentialDocument(answer.body)?.credentials else {
            throw CredentialFailure(
                .malformed, name, "the container credential service at \(url.origin) returned no credentials",
                remedy: "check for a proxy that answers in its place")
        }
        return try FoundCredentials(
            credentials, source: "the container credential service at \(url.origin)", provider: name)
    }

    private func authorization() throws(CredentialFailure) -> Secret? {
        let environment = settings.environment
        if let file = environment.setting(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) {
            return try TokenFile.read(file, environment, provider: name)
        }
        guard let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw CredentialFailure(
                .misconfigured, name, "AWS_CONTAINER_AUTHORIZATION_TOKEN contains a line break",
                remedy:
                    "remove the line break, or use AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, whose file may end with one")
        }
        return Secret(token)
    }

    /// Credentials are not asked of just anybody in the clear.
    private static func isTrusted(_ url: HTTPURL) -> Bool {
        url.scheme == .https || url.isLoopback
            || ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(url.host)
    }
}
