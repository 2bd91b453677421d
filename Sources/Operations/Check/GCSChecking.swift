internal import AssetModel
internal import ObjectStore
package import StoreProviders
internal import StoreTransport

/// What a check found out about Google Cloud Storage: where the bucket is, whose credentials are used, and what they
/// may do.
///
/// A class, as its opening is large.
package final class GCSFindings: Sendable {
    package enum Account: Sendable {
        /// Requests carry no token, as this setting says.
        case anonymous
        case found(GCSIdentity)
        case failed(Fault)
    }

    package enum Writing: Sendable {
        /// The bucket's policy grants all of the permissions that it takes.
        case granted([String])
        case missing([String])
        /// The store does not say, as emulators do not.
        case unknown
    }

    package let opening: GCSClient
    package let account: Account
    /// Nil where it was not asked, for want of credentials.
    package let reading: StoreReading?
    /// Nil where it was not asked.
    package let writing: Writing?

    init(_ opening: GCSClient, _ account: Account, _ reading: StoreReading?, _ writing: Writing?) {
        self.opening = opening
        self.account = account
        self.reading = reading
        self.writing = writing
    }
}

struct GCSChecking: Sendable {
    let settings: Settings
    let role: CheckRole
    let retries: RetryLog

    /// To overwrite the list of versions, an object must be deleted and created.
    private static let needed = ["storage.objects.create", "storage.objects.delete"]

    func check(_ bucket: String) async -> Result<GCSFindings, Faults> {
        let opening: GCSClient
        do throws(Faults) {
            opening = try BucketSettings.openGCS(settings, bucket, retries)
        } catch {
            return .failure(error)
        }
        let account = await account(opening)
        var reading: StoreReading?
        var writing: GCSFindings.Writing?
        if case .failed = account {
            // Without credentials nothing can be asked.
        } else {
            let found = await StoreReading(of: PrefixStore(opening.store, prefix: settings.prefix.value))
            reading = found
            if role == .developer, found.isOpen { writing = await permissions(on: opening.store) }
        }
        return .success(GCSFindings(opening, account, reading, writing))
    }

    private func account(_ opening: GCSClient) async -> GCSFindings.Account {
        if opening.configuration.anonymous.value { return .anonymous }
        do {
            return .found(try await opening.identities.current())
        } catch {
            return .failed(Fault(error))
        }
    }

    /// Conditions on names of objects are not looked at by the question.
    private func permissions(on store: GCSStore) async -> GCSFindings.Writing {
        do throws(StoreError) {
            let held = try await store.heldPermissions(Self.needed)
            let missing = Self.needed.filter { !held.contains($0) }
            return missing.isEmpty ? .granted(Self.needed) : .missing(missing)
        } catch {
            return .unknown
        }
    }
}
