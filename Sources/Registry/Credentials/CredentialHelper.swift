internal import StoreTransport

/// A program that has credentials: `docker-credential-NAME`.
///
/// Source: <https://github.com/docker/docker-credential-helpers>: the server's name goes to its standard input, JSON comes
/// from its standard output.
struct CredentialHelper: Sendable {
    let name: String
    /// The file that names it.
    let place: RegistryCredentialPlace

    /// In seconds: one that asks a person has no terminal to do it.
    private static let timeout = 30.0

    private var program: String { "docker-credential-\(name)" }

    /// Nil where it has none for this server.
    func credentials(of server: String) async throws(CredentialFailure) -> FoundRegistryCredentials? {
        guard name.utf8.allSatisfy({ $0.isLetterOrDigit || "._-".utf8.contains($0) }) else {
            throw CredentialFailure(.misconfigured, "", RegistryCredentialFault.helperName(name, place))
        }
        let output = try await run(server)
        guard output.status == 0 else {
            let said = String(decoding: output.standardOutput.prefix(200), as: UTF8.self).trimmed
            if Self.absences.contains(where: said.contains) { return nil }
            throw failure(.refused, .exited(status: output.status, said: output.firstErrorLine))
        }
        guard let answer = JSONFields(output.standardOutput), let secret = answer.text("Secret") else {
            throw failure(.malformed, .printedNone)
        }
        let user = answer.text("Username") ?? ""
        if user.isEmpty, secret.isEmpty { return nil }
        return FoundRegistryCredentials(
            user == "<token>" ? .identityToken(Secret(secret)) : .password(user: user, Secret(secret)),
            source: RegistryCredentialSource(place: place, helper: program))
    }

    private static let absences = [
        "credentials not found", "no credentials server URL", "no credentials username",
    ]

    private func run(_ server: String) async throws(CredentialFailure) -> Subprocess.Output {
        do {
            return try await Subprocess.run([program, "get"], input: server, timeout: Self.timeout)
        } catch {
            let kind: CredentialFailure.Kind = error.isInterruption ? .unreachable : .misconfigured
            throw failure(kind, .fault(error))
        }
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: RegistryHelperFault) -> CredentialFailure {
        CredentialFailure(kind, "", RegistryCredentialFault.helper(program, fault, place))
    }
}
