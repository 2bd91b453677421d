internal import AssetModel
internal import FileSystem
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import StoreTransport

/// IAM Identity Center: the token that `aws sso login` left, exchanged for a role's credentials.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
struct SingleSignOnCredentials: CredentialProvider {
    let profile: CredentialProfile
    let settings: S3CredentialSettings
    let name = "single sign-on"
    let absence = S3CredentialAbsence.noKey("sso_account_id")

    private static let attempts = 3
    /// A token that lasts no longer is renewed first, in seconds.
    private static let margin = 900.0

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let own = profile.section
        guard own["sso_account_id"] != nil || own["sso_role_name"] != nil else { return nil }
        let session = own["sso_session"]
        let section = try merged(session)
        let place = CredentialProfile(name: profile.name, section: section, heedsEnvironment: false)
        let account = try place.required("sso_account_id", for: name)
        let role = try place.required("sso_role_name", for: name)
        let start = try place.required("sso_start_url", for: name)
        let region = try place.required("sso_region", for: name)
        let token = try await token(session?.value, start: start, region: region)
        let credentials = try await exchange(token, account: account, role: role, region: region)
        return try FoundCredentials(
            credentials, source: .singleSignOn(role: role, account: account, profile: profile.name), provider: name)
    }

    private func merged(_ session: Setting<String>?) throws(CredentialFailure) -> AWSSection {
        guard let session else { return profile.section }
        guard let section = settings.files.ssoSessions[session.value] else {
            throw failure(.misconfigured, .singleSignOn(.unknownSession(session.value, profile: profile.name)))
        }
        for key in ["sso_start_url", "sso_region"] {
            guard let own = profile.section[key], let its = section[key], own.value != its.value else { continue }
            throw failure(
                .misconfigured, .singleSignOn(.sessionDiffers(session.value, profile: profile.name, key: key)))
        }
        return profile.section.overlaid(by: section)
    }

    // MARK: The token

    private func token(
        _ session: String?, start: String, region: String
    ) async throws(CredentialFailure) -> SingleSignOnToken {
        let path = settings.environment.expanding(
            "~/.aws/sso/cache/\(Digests.sha1((session ?? start).utf8).hex).json")
        guard let bytes = (try? SmallFile.read(path)) ?? nil, let token = SingleSignOnToken(bytes) else {
            throw failure(.noneFound, .singleSignOn(.noCachedToken(session ?? start, profile: profile.name)))
        }
        let left = (token.expiration ?? 0) - settings.environment.now()
        guard session != nil, left < Self.margin else {
            if left > 0 { return token }
            throw expired
        }
        if let renewed = await renewed(token, region: region) {
            save(renewed, path)
            return renewed
        }
        if left > 0 { return token }
        throw expired
    }

    private var expired: CredentialFailure { failure(.expired, .singleSignOn(.sessionExpired(profile: profile.name))) }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: S3CredentialFault) -> CredentialFailure {
        CredentialFailure(kind, name, fault)
    }

    private func renewed(_ token: SingleSignOnToken, region: String) async -> SingleSignOnToken? {
        guard let body = token.renewal, let url = try? endpoint("sso-oidc", "oidc", region) else { return nil }
        var place = url
        place.target = "/token"
        let request = HTTPRequest(
            .POST, place, headers: ["content-type": "application/json"], body: .bytes(ByteBuffer(bytes: body)))
        guard let answer = try? await call(.singleSignOnTokens).send(request), answer.status == 200
        else { return nil }
        return token.renewed(by: answer.body, now: settings.environment.now())
    }

    /// The tools of Amazon share the file: it is replaced whole, and read by its owner alone. One that cannot be written
    /// costs the next run another renewal.
    private func save(_ token: SingleSignOnToken, _ path: String) {
        guard let slash = path.lastIndex(of: "/"), let text = token.document,
            let folder = try? Directory.open(String(path[..<slash]))
        else { return }
        let names = NewFile.Names(prefix: ".modelkit-assets-")
        // A token that killed runs left there is no use to anybody.
        try? names.sweep(folder)
        guard let new = try? NewFile(names, in: folder) else { return }
        do {
            try new.file.setMode(0o600)
            try new.file.write(text)
            try new.file.sync()
            try new.place(as: String(path[path.index(after: slash)...]), in: folder)
        } catch {
            try? new.remove()
        }
    }

    // MARK: The exchange

    private func exchange(
        _ token: SingleSignOnToken, account: String, role: String, region: String
    ) async throws(CredentialFailure) -> AWSCredentials {
        var url = try endpoint("sso", "portal.sso", region)
        url.target =
            "/federation/credentials?" + PercentEncoding.query([("role_name", role), ("account_id", account)])
        let request = HTTPRequest(.GET, url, headers: ["x-amz-sso_bearer_token": token.accessToken.exposed])
        let answer = try await call(.singleSignOnPortal).send(request)
        if answer.status == 401 { throw expired }
        guard answer.status == 200 else {
            let isTransient = answer.isTransientFailure
            throw failure(
                isTransient ? .unreachable : .refused,
                .singleSignOn(.refused(role: role, account: account, status: answer.status, isTransient: isTransient)))
        }
        guard let credentials = SingleSignOnAnswer(answer.body)?.credentials else {
            throw failure(.malformed, .noCredentials(.singleSignOnPortal, origin: nil))
        }
        return credentials
    }

    private func call(_ service: S3CredentialService) -> CredentialServiceClient {
        CredentialServiceClient(
            transport: settings.transport, sleep: settings.sleep, provider: name, attempts: Self.attempts,
            unreachable: { S3CredentialFault.unreachable(service, $0) })
    }

    private func endpoint(_ service: String, _ host: String, _ region: String) throws(CredentialFailure) -> HTTPURL {
        if let custom = try Configured.endpoint(service, settings.configuration, name) { return custom }
        let configuration = settings.configuration
        let place = AWSServiceHost(
            service: host, usesFIPS: configuration.usesFIPS.value,
            usesDualStack: configuration.usesDualStackOfServices.value)
        return try Configured.url(of: place, in: AWSRegion(region), name)
    }
}
