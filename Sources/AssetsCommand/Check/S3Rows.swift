internal import AssetModel
internal import ObjectStore
internal import Operations
internal import StoreProviders
internal import StoreTransport
internal import Terminal
internal import Words

extension CheckRows {
    /// The rows about S3.
    func s3(_ findings: S3Findings) -> [Part] {
        let credentials = credentials(findings)
        return [
            Part("S3", places(findings.opening)),
            Part("Credentials", credentials.map(\.row), credentials.compactMap(\.status)),
            server(findings.reading, findings.writing.map(writing)),
        ]
    }

    private func places(_ opening: S3Client) -> [CheckTable.Row] {
        let (configuration, endpoint) = (opening.configuration, opening.endpoint)
        let region = configuration.region
        return [
            configuration.profile.provenance == .builtIn ? nil : CheckTable.Row("profile", configuration.profile),
            CheckTable.Row(
                "region", endpoint.region, source: (region?.provenance ?? .builtIn).description),
            CheckTable.Row(
                "endpoint", endpoint.origin, source: (configuration.endpoint?.provenance ?? .builtIn).description),
            trust(configuration.endpointTrust),
            CheckTable.Row("addressing", endpoint.style.rawValue, source: configuration.style.provenance.description),
            CheckTable.Row(
                "object address", endpoint.url(of: ObjectKey("KEY"), query: [], region: endpoint.region).description),
            opening.proxy.map { CheckTable.Row("proxy", $0.map(\.words)) },
            configuration.certificateAuthorities.map { CheckTable.Row("certificates", $0) },
            CheckTable.Row("storage timeout", settings.storageTimeout.map { Units.duration($0) }),
        ].compactMap(\.self)
    }

    private func trust(_ trust: SpecEndpointTrust) -> CheckTable.Row? {
        switch trust {
        case .unneeded, .loopback: nil
        case .named(let place):
            CheckTable.Row("endpoint trust", "the same endpoint is configured elsewhere", source: "\(place)")
        case .said(let place): CheckTable.Row("endpoint trust", "trusted", source: "\(place)")
        }
    }

    private func credentials(_ findings: S3Findings) -> [Finding] {
        switch findings.credentials {
        case .anonymous:
            let anonymous = findings.opening.configuration.anonymous
            return [(CheckTable.Row("access key", anonymous.map { _ in "none (requests are unsigned)" }), nil)]
        case .failed(let fault):
            return Problem.all(of: fault).map { failed("access key", $0) }
        case .found(let credentials, let source, let caller):
            let rows = [
                CheckTable.Row("access key", credentials.shownKey.words, state: .ok),
                CheckTable.Row("source", source.words),
                credentials.expiration.map { CheckTable.Row("expires", at: $0) }, identity(caller),
            ]
            return rows.compactMap(\.self).map { ($0, nil) }
        }
    }

    private func identity(_ caller: Result<String?, CredentialFailure>) -> CheckTable.Row? {
        switch caller {
        case .success(let name): name.map { CheckTable.Row("identity", $0) }
        case .failure(let failure): CheckTable.Row("identity", "unknown: \(failure.fault.words)")
        }
    }

    private func writing(_ writing: S3Findings.Writing) -> Finding {
        switch writing {
        case .proven: return (CheckTable.Row("can be written", "started and aborted an upload", state: .ok), nil)
        case .refused(let error): return failed("can be written", Problem(error))
        case .leftUpload(let key, let error):
            let problem = Problem(error)
            return failed(
                "can be written",
                Problem(
                    code: problem.code, message: problem.message,
                    details: problem.details + ["an incomplete upload of `\(key)` is left in the bucket"],
                    hint: "grant s3:AbortMultipartUpload, and abort the upload", exitStatus: problem.exitStatus))
        }
    }
}
