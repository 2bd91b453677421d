internal import AssetModel
internal import StoreTransport

/// Looks for a registry's credentials where Docker and podman keep them: the first place that has some counts.
///
/// | place | of |
/// | --- | --- |
/// | DOCKER_AUTH_CONFIG, the document itself | Docker, GitLab |
/// | the file that REGISTRY_AUTH_FILE names | podman, skopeo, buildah |
/// | `config.json` in the folder that DOCKER_CONFIG names, else in `~/.docker` | Docker |
/// | `containers/auth.json` in XDG_RUNTIME_DIR, and in `~/.config` | podman, skopeo, buildah |
struct CredentialSearch: Sendable {
    let environment: ProviderEnvironment

    /// Nil where there are none.
    func find(_ reference: RegistryReference) async throws(CredentialFailure) -> FoundRegistryCredentials? {
        let keys = CredentialKeys(reference)
        for place in places {
            guard let file = try read(place) else { continue }
            if let name = file.helper(of: keys) {
                let helper = CredentialHelper(name: name, place: place)
                if let found = try await helper.credentials(of: keys.server) { return found }
            }
            if let credentials = file.credentials(of: keys) {
                return FoundRegistryCredentials(
                    credentials, source: RegistryCredentialSource(place: place, helper: nil))
            }
        }
        return nil
    }

    private typealias Place = RegistryCredentialPlace

    private var places: [Place] {
        let named = environment["REGISTRY_AUTH_FILE"].map { Place(path: $0, variable: "REGISTRY_AUTH_FILE") }
        let docker =
            environment["DOCKER_CONFIG"].map { Place(path: $0 + "/config.json", variable: "DOCKER_CONFIG") }
            ?? ofHome(".docker/config.json")
        let running = environment["XDG_RUNTIME_DIR"].map { Place(path: $0 + "/containers/auth.json", variable: nil) }
        return [
            environment["DOCKER_AUTH_CONFIG"].map { _ in Place(path: nil, variable: "DOCKER_AUTH_CONFIG") }, named,
            docker, running, ofHome(".config/containers/auth.json"),
        ].compactMap(\.self)
    }

    private func ofHome(_ path: String) -> Place? {
        environment.home.map { Place(path: "\($0)/\(path)", variable: nil) }
    }

    private func read(_ place: Place) throws(CredentialFailure) -> CredentialFile? {
        let bytes: [UInt8]?
        do {
            bytes =
                try place.path.map { path throws(ConfigurationFault) in try SmallFile.read(path) }
                ?? environment["DOCKER_AUTH_CONFIG"].map { Array($0.utf8) }
        } catch {
            throw failure(.unreadable(error))
        }
        guard let bytes, !bytes.isEmpty else {
            guard place.variable == "REGISTRY_AUTH_FILE" else { return nil }
            throw failure(.missing(place))
        }
        guard let file = CredentialFile(bytes) else {
            throw failure(.notCredentials(place))
        }
        return file
    }

    private func failure(_ fault: RegistryCredentialFault) -> CredentialFailure {
        CredentialFailure(.misconfigured, "", fault)
    }
}
