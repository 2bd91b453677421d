internal import StoreTransport

/// What the sources of tokens look at.
struct GCSCredentialSettings: Sendable {
    let environment: ProviderEnvironment
    let transport: any HTTPTransport
    /// Waits for so many seconds.
    let sleep: @Sendable (Double) async -> Void

    func call(_ provider: String, _ service: GCSCredentialService, attempts: Int) -> CredentialServiceClient {
        CredentialServiceClient(
            transport: transport, sleep: sleep, provider: provider, attempts: attempts, pause: 1,
            isFinal: { !$0.isTransientFailure && TokenFault($0)?.isTransient != true },
            unreachable: { GCSCredentialFault.unreachable(service, $0) })
    }

    /// An address that a file of credentials names.
    func address(_ text: String?, _ field: String, _ provider: String) throws(CredentialFailure) -> HTTPURL {
        guard let text else { throw missing(field, provider) }
        guard let url = HTTPURL(text), HTTPURL.isHost(url.host), url.scheme == .https || url.isLoopback else {
            throw CredentialFailure(
                .misconfigured, provider,
                GCSCredentialFault.file(.insecureAddress(field: field, shown: HTTPURL.shown(text))))
        }
        return url
    }

    /// An address of a service beside this machine, which may speak http.
    func address(anyScheme text: String, _ field: String, _ provider: String) throws(CredentialFailure) -> HTTPURL {
        if let url = HTTPURL(text) { return url }
        throw CredentialFailure(
            .misconfigured, provider, GCSCredentialFault.file(.invalidAddress(field: field, shown: HTTPURL.shown(text)))
        )
    }

    func required<Value>(_ value: Value?, _ field: String, _ provider: String) throws(CredentialFailure) -> Value {
        guard let value else { throw missing(field, provider) }
        return value
    }

    private func missing(_ field: String, _ provider: String) -> CredentialFailure {
        CredentialFailure(.partial, provider, GCSCredentialFault.file(.missingField(field)))
    }
}
