internal import AssetModel
internal import ObjectStore
internal import StoreProviders
internal import StoreTransport

/// The part of a check that is about S3: where the bucket is, whose credentials are used, and what they may do.
struct S3Checking: Sendable {
    let settings: Settings
    let bucket: String
    let role: CheckRole
    let retries: RetryLog

    func sections(_ statuses: inout [Int32]) async -> [CheckTable.Section] {
        let opening: S3Client
        do throws(Problems) {
            opening = try BucketSettings.openS3(settings, bucket, retries)
        } catch {
            statuses.append(error.exitStatus)
            return [CheckTable.Section(title: "S3", rows: error.list.map { CheckTable.Row("settings", $0) })]
        }
        let place = CheckTable.Section(title: "S3", rows: placeRows(opening))
        let (credentials, isUsable) = await credentialRows(opening, &statuses)
        let store = isUsable ? await storeRows(opening, &statuses) : [.notAsked]
        return [
            place, CheckTable.Section(title: "Credentials", rows: credentials),
            CheckTable.Section(title: "Store", rows: store),
        ]
    }

    // MARK: Where

    private func placeRows(_ opening: S3Client) -> [CheckTable.Row] {
        let (configuration, endpoint) = (opening.configuration, opening.endpoint)
        let region = configuration.region
        return [
            configuration.profile.provenance == .builtIn ? nil : CheckTable.Row("profile", configuration.profile),
            CheckTable.Row(
                "region", endpoint.region, source: (region?.provenance ?? .builtIn).description),
            CheckTable.Row(
                "endpoint", endpoint.origin, source: (configuration.endpoint?.provenance ?? .builtIn).description),
            trustRow(configuration.endpointTrust),
            CheckTable.Row("addressing", endpoint.style.rawValue, source: configuration.style.provenance.description),
            CheckTable.Row(
                "object address", endpoint.url(of: ObjectKey("KEY"), query: [], region: endpoint.region).description),
            opening.proxy.map { CheckTable.Row("proxy", $0) },
            configuration.certificateAuthorities.map { CheckTable.Row("certificates", $0) },
            CheckTable.Row("storage time-out", settings.storageTimeout.map { Units.duration($0) }),
        ].compactMap(\.self)
    }

    private func trustRow(_ trust: SpecEndpointTrust) -> CheckTable.Row? {
        switch trust {
        case .unneeded, .loopback: nil
        case .named(let place): CheckTable.Row("credentials go there", "it names the same endpoint", source: "\(place)")
        case .said(let place): CheckTable.Row("credentials go there", "the endpoint is trusted", source: "\(place)")
        }
    }

    // MARK: Who

    private func credentialRows(
        _ opening: S3Client, _ statuses: inout [Int32]
    ) async -> (rows: [CheckTable.Row], isUsable: Bool) {
        if opening.configuration.anonymous.value {
            return (
                [
                    CheckTable.Row(
                        "access key", opening.configuration.anonymous.map { _ in "none: requests are not signed" })
                ], true
            )
        }
        do {
            let identity = try await opening.identities.current()
            guard let credentials = identity.credentials else { return ([], true) }
            var rows = [
                CheckTable.Row("access key", credentials.shownID, state: .ok),
                CheckTable.Row("source", identity.source),
            ]
            if let expiration = credentials.expiration {
                rows.append(CheckTable.Row("expire", at: expiration))
            }
            if let row = await identityRow(opening, credentials) { rows.append(row) }
            return (rows, true)
        } catch {
            let problem = Problem.wording(error)
            statuses.append(problem.exitStatus)
            return ([CheckTable.Row("access key", problem)], false)
        }
    }

    /// Nothing depends on it: whoever may not ask STS may still read the bucket.
    private func identityRow(_ opening: S3Client, _ credentials: AWSCredentials) async -> CheckTable.Row? {
        do throws(CredentialFailure) {
            return try await opening.callerIdentity(credentials).map { CheckTable.Row("identity", $0) }
        } catch {
            return CheckTable.Row("identity", "not known: \(error.words)")
        }
    }

    // MARK: What

    private func storeRows(_ opening: S3Client, _ statuses: inout [Int32]) async -> [CheckTable.Row] {
        let store = PrefixStore(opening.store, prefix: settings.prefix.value)
        var rows = await StoreReading(store: store).rowsOfServer(&statuses)
        if role == .developer { rows += await writeRows(opening.store, &statuses) }
        return rows
    }

    /// An upload in parts that is begun and given up takes the right to write, and leaves nothing behind.
    private func writeRows(_ store: S3Store, _ statuses: inout [Int32]) async -> [CheckTable.Row] {
        let prefix = settings.prefix.value
        let name = ".modelkit-assets-check-\(UInt32.random(in: .min ... .max))"
        let key = ObjectKey(prefix.isEmpty ? name : "\(prefix)/\(name)")
        let upload: MultipartUpload
        do throws(StoreError) {
            upload = try await store.startUpload(of: key, .none)
        } catch {
            return [failed("can be written", Problem(error), &statuses)]
        }
        do throws(StoreError) {
            try await store.abortUpload(upload)
            return [CheckTable.Row("can be written", "an upload was begun and given up", state: .ok)]
        } catch {
            var problem = Problem(error)
            problem = Problem(
                code: problem.code, message: problem.message,
                details: problem.details + ["an upload of `\(key)` was begun and is left in the bucket"],
                hint: "grant s3:AbortMultipartUpload, and abort the upload", exitStatus: problem.exitStatus)
            return [failed("can be written", problem, &statuses)]
        }
    }

    private func failed(_ name: String, _ problem: Problem, _ statuses: inout [Int32]) -> CheckTable.Row {
        statuses.append(problem.exitStatus)
        return CheckTable.Row(name, problem)
    }
}
