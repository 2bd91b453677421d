internal import AssetModel
package import StoreTransport

// The words for credentials that cannot be had, whatever the store; those of each store stand beside.

extension CredentialFailure: WordedDetail {
    package var words: String { provider.isEmpty ? fault.words : "\(provider): \(fault.words)" }
    package var advice: String? { fault.advice }
}

/// What is said in several places.
enum CredentialAdvice {
    static let retryLater = "run again later; if it persists, contact the operator of the service"
    static let reachService = "check its address, the network and the proxy"
    static let checkForProxy = "check for a proxy that answers in its place"
    static let mountSecret = "check that the secret is mounted at this path"
    static let correctCommand = "write a program and its arguments, with balanced quotes"
}

extension UnreachableService: WordedDetail {
    /// To follow `at` and the service.
    package var words: String { "\(origin) is unreachable: \(detail.words)" }
}

extension AnonymousAdvice: WordedDetail {
    package var words: String {
        let setting = if case .flag(let name)? = place { name } else { "`anonymous` (\(place?.description ?? ""))" }
        return "remove \(setting) to send credentials"
    }
}
