package import StoreTransport

/// What a registry is told of who asks.
package enum RegistryCredentials: Sendable {
    case password(user: String, Secret)
    /// An OAuth2 refresh token, which the token server takes in place of a password.
    case identityToken(Secret)
    /// A token that the registry itself takes.
    case registryToken(Secret)

    var secret: Secret {
        switch self {
        case .password(_, let secret), .identityToken(let secret), .registryToken(let secret): secret
        }
    }

    /// The value of the header `Authorization`, as HTTP's basic authentication has it.
    static func basic(_ user: String, _ password: Secret) -> Secret {
        Secret("Basic \(Base64.encode(Array("\(user):\(password.exposed)".utf8)))")
    }
}

/// Credentials, and where they come from.
package struct FoundRegistryCredentials: Sendable {
    package let credentials: RegistryCredentials
    package let source: RegistryCredentialSource

    package init(_ credentials: RegistryCredentials, source: RegistryCredentialSource) {
        self.credentials = credentials
        self.source = source
    }

    /// In messages; nil where only the token's issuer knows.
    package var user: String? {
        if case .password(let user, _) = credentials { user } else { nil }
    }
}
