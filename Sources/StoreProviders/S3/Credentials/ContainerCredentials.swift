internal import AssetModel
internal import NIOHTTP1
internal import StoreTransport

/// The service that ECS, EKS and others run beside a container.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
struct ContainerCredentials: CredentialProvider {
    let settings: S3CredentialSettings
    let name = "container"
    let absence = S3CredentialAbsence.noContainerVariable

    /// As botocore has it.
    private static let attempts = 3
    private static let timeouts = HTTPTimeouts(connect: 2, idle: 2, whole: 2)

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let environment = settings.environment
        let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].map { "http://169.254.170.2" + $0 }
        guard let address = relative ?? environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard let url = HTTPURL(address), Self.isTrusted(url) else {
            throw failure(.misconfigured, .machine(.invalidContainerEndpoint(shown: HTTPURL.shown(address))))
        }
        var headers: HTTPHeaders = ["accept": "application/json"]
        if let token = try authorization() { headers.add(name: "authorization", value: token.exposed) }
        let request = HTTPRequest(.GET, url, headers: headers, timeouts: Self.timeouts, isDirect: true)
        let call = CredentialServiceClient(
            transport: settings.transport, sleep: settings.sleep, provider: name, attempts: Self.attempts,
            isFinal: { [200, 401, 403].contains($0.status) },
            unreachable: { S3CredentialFault.unreachable(.container, $0) })
        let answer = try await call.send(request)
        guard answer.status == 200 else {
            let isTransient = answer.isTransientFailure
            throw failure(
                isTransient ? .unreachable : .refused,
                .status(.container, origin: url.origin, answer.status, isTransient: isTransient))
        }
        guard let credentials = CredentialDocument(answer.body)?.credentials else {
            throw failure(.malformed, .noCredentials(.container, origin: url.origin))
        }
        return try FoundCredentials(credentials, source: .container(origin: url.origin), provider: name)
    }

    private func authorization() throws(CredentialFailure) -> Secret? {
        let environment = settings.environment
        if let file = environment.setting(["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) {
            return try TokenFile.read(file, environment, provider: name)
        }
        guard let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] else { return nil }
        guard !token.contains(where: \.isNewline) else {
            throw failure(.misconfigured, .machine(.lineBreakInToken))
        }
        return Secret(token)
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: S3CredentialFault) -> CredentialFailure {
        CredentialFailure(kind, name, fault)
    }

    /// Credentials are not asked of just anybody in the clear.
    private static func isTrusted(_ url: HTTPURL) -> Bool {
        url.scheme == .https || url.isLoopback
            || ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(url.host)
    }
}
