internal import StoreTransport

/// What the sources of tokens look at.
struct GCSCredentialSettings: Sendable {
    let environment: ProviderEnvironment
    let transport: any HTTPTransport
    /// Waits for so many seconds.
    let sleep: @Sendable (Double) async -> Void

    func call(_ provider: String, _ service: String, attempts: Int) -> CredentialServiceClient {
        CredentialServiceClient(
            transport: transport, sleep: sleep, provider: provider, service: service, attempts: attempts, pause: 1,
            isFinal: { !$0.isTransientFailure && TokenFault($0)?.isTransient != true })
    }

    /// An address that a file of credentials names.
    func address(_ text: String?, _ field: String, _ provider: String) throws(CredentialFailure) -> HTTPURL {
        guard let text else { throw missing(field, provider) }
        guard let url = HTTPURL(text), HTTPURL.isHost(url.host), url.scheme == .https || url.isLoopback else {
            throw CredentialFailure(
                .misconfigured, provider, "invalid `\(field)` `\(HTTPURL.shown(text))`: credentials require https",
                remedy: "download the file again")
        }
        return url
    }

    /// An address of a service beside this machine, which may speak http.
    func address(anyScheme text: String, _ field: String, _ provider: String) throws(CredentialFailure) -> HTTPURL {
        if let url = HTTPURL(text) { return url }
        throw CredentialFailure(
            .misconfigured, provider, "invalid `\(field)` `\(HTTPURL.shown(text))`",
            remedy: "recreate the file with `gcloud iam workload-identity-pools create-cred-config`")
    }

    func required<Value>(_ value: Value?, _ field: String, _ provider: String) throws(CredentialFailure) -> Value {
        guard let value else { throw missing(field, provider) }
        return value
    }

    private func missing(_ field: String, _ provider: String) -> CredentialFailure {
        CredentialFailure(
            .partial, provider, "missing `\(field)` in the credentials file",
            remedy: "download it again")
    }
}
