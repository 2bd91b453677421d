internal import FoundationEssentials
internal import NIOHTTP1
internal import StoreTransport

/// The metadata service of a virtual machine, of Cloud Run, of GKE: it has the tokens of the account that runs there.
///
/// Source: <https://cloud.google.com/compute/docs/metadata/overview>; google-auth's `compute_engine/_metadata.py`.
struct MetadataTokens: TokenSource {
    let settings: GCSCredentialSettings
    let name = "metadata service"
    let email: String
    let universe: String

    var owner: GCSTokenOwner { .machine(serviceAccount: email) }

    private static let path = "/computeMetadata/v1/"
    private static let attempts = 5

    /// Nil where this is no machine of Google's.
    init?(_ settings: GCSCredentialSettings) async throws(CredentialFailure) {
        self.settings = settings
        guard settings.environment["NO_GCE_CHECK"] != "true", await Self.isThere(settings) else { return nil }
        let account = try await Self.ask("instance/service-accounts/default/email", settings)
        guard account.status == 200 else {
            throw CredentialFailure(
                .noneFound, name, GCSCredentialFault.noServiceAccount(status: account.status))
        }
        email = String(decoding: account.body, as: UTF8.self).trimmed
        let domain = try await Self.ask("universe/universe-domain", settings)
        let text = String(decoding: domain.body, as: UTF8.self).trimmed
        universe = domain.status == 200 && HTTPURL.isName(text) ? text : Google.universe
    }

    func token(for scopes: [String]) async throws(CredentialFailure) -> AccessToken {
        let query = PercentEncoding.query([("scopes", scopes.joined(separator: ","))])
        let answer = try await Self.ask("instance/service-accounts/default/token?\(query)", settings)
        guard answer.status == 200 else {
            throw CredentialFailure(
                answer.isTransientFailure ? .unreachable : .refused, name,
                GCSCredentialFault.status(.metadata, origin: nil, answer.status))
        }
        guard let found = TokenAnswer(answer.body, now: settings.environment.now()) else {
            throw CredentialFailure(.malformed, name, GCSCredentialFault.noToken(.metadata, origin: nil))
        }
        return found.token
    }

    // MARK: The service

    private static let timeouts = HTTPTimeouts(connect: 3, idle: 3, whole: 3)
    private static let flavor = "metadata-flavor"

    private static func host(_ settings: GCSCredentialSettings) -> String {
        settings.environment["GCE_METADATA_HOST"] ?? settings.environment["GCE_METADATA_ROOT"]
            ?? "metadata.google.internal"
    }

    /// Costs nothing where the environment names the service, and a second where nothing answers.
    ///
    /// Google's library waits three times and for twelve seconds in all; a service that is there answers in milliseconds.
    private static func isThere(_ settings: GCSCredentialSettings) async -> Bool {
        if settings.environment["GCE_METADATA_HOST"] != nil { return true }
        let address = settings.environment["GCE_METADATA_IP"] ?? "169.254.169.254"
        guard let url = HTTPURL("http://\(address)/") else { return false }
        let request = HTTPRequest(
            .GET, url, headers: [flavor: "Google"], timeouts: HTTPTimeouts(connect: 1, idle: 1, whole: 1),
            isDirect: true
        )
        let answer = try? await settings.transport.exchange(request)
        return answer?.headers.first(name: flavor) == "Google"
    }

    private static func ask(
        _ target: String, _ settings: GCSCredentialSettings
    ) async throws(CredentialFailure) -> BufferedResponse {
        let host = host(settings)
        guard let url = HTTPURL("http://\(host)\(path)\(target)") else {
            throw CredentialFailure(
                .misconfigured, "metadata service", GCSCredentialFault.invalidMetadataHost(host))
        }
        return try await settings.call("metadata service", .metadata, attempts: attempts)
            .send(HTTPRequest(.GET, url, headers: [flavor: "Google"], timeouts: timeouts, isDirect: true))
    }
}
