internal import AssetModel
internal import ObjectStore
internal import StoreProviders
internal import StoreTransport

/// The part of a check that is about Google Cloud Storage: where the bucket is, whose credentials are used, and what they
/// may do.
struct GCSChecking: Sendable {
    let settings: Settings
    let bucket: String
    let role: CheckRole
    let retries: RetryLog

    func sections(_ statuses: inout [Int32]) async -> [CheckTable.Section] {
        let opening: GCSClient
        do throws(Problems) {
            opening = try BucketSettings.openGCS(settings, bucket, retries)
        } catch {
            statuses.append(error.exitStatus)
            return [CheckTable.Section(title: "GCS", rows: error.list.map { CheckTable.Row("settings", $0) })]
        }
        let (credentials, isUsable) = await credentialRows(opening, &statuses)
        let store = isUsable ? await storeRows(opening, &statuses) : [.notAsked]
        return [
            CheckTable.Section(title: "GCS", rows: placeRows(opening)),
            CheckTable.Section(title: "Credentials", rows: credentials),
            CheckTable.Section(title: "Store", rows: store),
        ]
    }

    // MARK: Where

    private func placeRows(_ opening: GCSClient) -> [CheckTable.Row] {
        let configuration = opening.configuration
        let endpoint = configuration.endpoint
        return [
            CheckTable.Row(
                "endpoint", endpoint?.value.origin ?? "Google's own",
                source: (endpoint?.provenance ?? .builtIn).description),
            configuration.quotaProject.map { CheckTable.Row("quota project", $0) },
            opening.proxy.map { CheckTable.Row("proxy", $0) },
            configuration.certificateAuthorities.map { CheckTable.Row("certificates", $0) },
            CheckTable.Row("storage time-out", settings.storageTimeout.map { Units.duration($0) }),
        ].compactMap(\.self)
    }

    // MARK: Who

    private func credentialRows(
        _ opening: GCSClient, _ statuses: inout [Int32]
    ) async -> (rows: [CheckTable.Row], isUsable: Bool) {
        if opening.configuration.anonymous.value {
            return (
                [
                    CheckTable.Row(
                        "account", opening.configuration.anonymous.map { _ in "none: requests carry no token" })
                ], true
            )
        }
        do {
            let identity = try await opening.identities.current()
            var rows = [CheckTable.Row("account", identity.source, state: .ok)]
            if let expiration = identity.expiration {
                rows.append(CheckTable.Row("token expires", at: expiration))
            }
            return (rows, true)
        } catch {
            let problem = Problem.wording(error)
            statuses.append(problem.exitStatus)
            return ([CheckTable.Row("account", problem)], false)
        }
    }

    // MARK: What

    private func storeRows(_ opening: GCSClient, _ statuses: inout [Int32]) async -> [CheckTable.Row] {
        let store = PrefixStore(opening.store, prefix: settings.prefix.value)
        var rows = await StoreReading(store: store).rowsOfServer(&statuses)
        if role == .developer { rows.append(await permissionRow(opening.store, &statuses)) }
        return rows
    }

    /// To overwrite the list of versions, an object must be deleted and created.
    private static let needed = ["storage.objects.create", "storage.objects.delete"]

    private func permissionRow(_ store: GCSStore, _ statuses: inout [Int32]) async -> CheckTable.Row {
        let held: Set<String>
        do throws(StoreError) {
            held = try await store.heldPermissions(Self.needed)
        } catch {
            // Emulators do not know the question.
            return CheckTable.Row(
                "can be written", "not proved: the store does not say which permissions these credentials have",
                state: .unproven)
        }
        let missing = Self.needed.filter { !held.contains($0) }
        if missing.isEmpty {
            return CheckTable.Row(
                "can be written", "the bucket's policy grants \(Self.needed.joined(separator: " and "))", state: .ok)
        }
        // Conditions on names of objects are not looked at by the question.
        statuses.append(4)
        return CheckTable.Row(
            "can be written", "the bucket's policy does not grant \(missing.joined(separator: " and "))",
            state: .failed,
            remedy: "grant roles/storage.objectUser on the bucket to this account")
    }
}
