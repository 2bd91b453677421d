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
                .misconfigured, name, "`\(HTTPURL.shown(address))` is no address of a container's credential service",
                remedy: "it must be https, or a loopback or link-local address that is known for it")
        }
        var headers: HTTPHeaders = ["accept": "application/json"]
        if let token = try authorization() { headers.add(name: "authorization", value: token.exposed) }
        let request = HTTPRequest(.GET, url, headers: headers, timeouts: Self.timeouts, isDirect: true)
        let call = CredentialServiceClient(
            transport: settings.transport, sleep: settings.sleep, provider: name,
            service: "the container's credential service", attempts: Self.attempts,
            remedy: "this variable came from another environment, or the network of this container does not lead there",
            isFinal: { [200, 401, 403].contains($0.status) })
        let answer = try await call.send(request)
        guard answer.status == 200 else {
            throw CredentialFailure(
                answer.isTransientFailure ? .unreachable : .refused, name,
                "the container's credential service at \(url.origin) answered with status \(answer.status)",
                remedy: answer.isTransientFailure
                    ? CredentialServiceClient.retryLater
                    : "it wants the token of AWS_CONTAINER_AUTHORIZATION_TOKEN or its _FILE: check that this container "
                        + "has it, and has a role")
        }
        guard let credentials = CredentialDocument(answer.body)?.credentials else {
            throw CredentialFailure(
                .malformed, name, "the container's credential service at \(url.origin) answered without credentials",
                remedy: "a proxy or another server may have answered in its place")
        }
        return try FoundCredentials(
            credentials, source: "the container's credential service at \(url.origin)", provider: name)
    }

    private func authorization() throws(CredentialFailure) -> Secret? {
        let environment = settings.environment
        if let file = environment.setting(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) {
            return try TokenFile.read(file, environment, provider: name)
        }
        guard let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw CredentialFailure(
                .misconfigured, name, "AWS_CONTAINER_AUTHORIZATION_TOKEN holds a line break",
                remedy: "set it without; AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE may name a file that ends with one")
        }
        return Secret(token)
    }

    /// Credentials are not asked of just anybody in the clear.
    private static func isTrusted(_ url: HTTPURL) -> Bool {
        url.scheme == .https || url.isLoopback
            || ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(url.host)
    }
}
