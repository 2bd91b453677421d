internal import AssetModel
internal import Operations
internal import StoreProviders
internal import StoreTransport
internal import Terminal
internal import Words

extension CheckRows {
    /// The rows about Google Cloud Storage.
    func gcs(_ findings: GCSFindings) -> [Part] {
        let account = account(findings)
        return [
            Part("GCS", places(findings.opening)),
            Part("Credentials", account.map(\.row), account.compactMap(\.status)),
            server(findings.reading, findings.writing.map(writing)),
        ]
    }

    private func places(_ opening: GCSClient) -> [CheckTable.Row] {
        let configuration = opening.configuration
        let endpoint = configuration.endpoint
        return [
            CheckTable.Row(
                "endpoint", endpoint?.value.origin ?? "Google",
                source: (endpoint?.provenance ?? .builtIn).description),
            configuration.quotaProject.map { CheckTable.Row("quota project", $0) },
            opening.proxy.map { CheckTable.Row("proxy", $0.map(\.words)) },
            configuration.certificateAuthorities.map { CheckTable.Row("certificates", $0) },
            CheckTable.Row("storage timeout", settings.storageTimeout.map { Units.duration($0) }),
        ].compactMap(\.self)
    }

    private func account(_ findings: GCSFindings) -> [Finding] {
        switch findings.account {
        case .anonymous:
            let anonymous = findings.opening.configuration.anonymous
            return [(CheckTable.Row("account", anonymous.map { _ in "none (requests are unauthenticated)" }), nil)]
        case .failed(let fault): return Problem.all(of: fault).map { failed("account", $0) }
        case .found(let identity):
            let rows = [
                CheckTable.Row("account", identity.source.words, state: .ok),
                identity.expiration.map { CheckTable.Row("token expires", at: $0) },
            ]
            return rows.compactMap(\.self).map { ($0, nil) }
        }
    }

    private func writing(_ writing: GCSFindings.Writing) -> Finding {
        switch writing {
        case .granted(let permissions):
            let words = "the bucket's policy grants \(permissions.joined(separator: " and "))"
            return (CheckTable.Row("can be written", words, state: .ok), nil)
        case .missing(let permissions):
            let row = CheckTable.Row(
                "can be written", "the bucket's policy does not grant \(permissions.joined(separator: " and "))",
                state: .failed, remedy: "grant roles/storage.objectUser on the bucket to this account")
            return (row, 4)
        case .unknown:
            let words = "unknown: the store does not report the permissions of these credentials"
            return (CheckTable.Row("can be written", words, state: .unproven), nil)
        }
    }
}
