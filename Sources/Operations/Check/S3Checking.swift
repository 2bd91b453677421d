internal import AssetModel
package import ObjectStore
package import StoreProviders
package import StoreTransport

/// What a check found out about S3: where the bucket is, whose credentials are used, and what they may do.
///
/// A class, as its opening is large.
package final class S3Findings: Sendable {
    package enum Credentials: Sendable {
        /// Requests are not signed, as this setting says.
        case anonymous
        /// - Parameter caller: as STS names it; nothing depends on it: whoever may not ask may still read the bucket.
        case found(
            AWSCredentials, source: IdentitySourceName<AWSCredentials>, caller: Result<String?, CredentialFailure>)
        case failed(Fault)
    }

    package enum Writing: Sendable {
        /// An upload was begun and given up.
        case proven
        case refused(StoreError)
        /// An upload was begun, and is left in the bucket.
        case leftUpload(of: ObjectKey, StoreError)
    }

    package let opening: S3Client
    package let credentials: Credentials
    /// Nil where it was not asked, for want of credentials.
    package let reading: StoreReading?
    /// Nil where it was not asked.
    package let writing: Writing?

    init(_ opening: S3Client, _ credentials: Credentials, _ reading: StoreReading?, _ writing: Writing?) {
        self.opening = opening
        self.credentials = credentials
        self.reading = reading
        self.writing = writing
    }
}

struct S3Checking: Sendable {
    let settings: Settings
    let role: CheckRole
    let retries: RetryLog

    func check(_ bucket: String) async -> Result<S3Findings, Faults> {
        let opening: S3Client
        do throws(Faults) {
            opening = try BucketSettings.openS3(settings, bucket, retries)
        } catch {
            return .failure(error)
        }
        let credentials = await credentials(opening)
        var reading: StoreReading?
        var writing: S3Findings.Writing?
        if case .failed = credentials {
            // Without credentials nothing can be asked.
        } else {
            let found = await StoreReading(of: PrefixStore(opening.store, prefix: settings.prefix.value))
            reading = found
            if role == .developer, found.isOpen { writing = await write(to: opening.store) }
        }
        return .success(
            S3Findings(opening, credentials, reading, writing))
    }

    private func credentials(_ opening: S3Client) async -> S3Findings.Credentials {
        if opening.configuration.anonymous.value { return .anonymous }
        do {
            let identity = try await opening.identities.current()
            guard let credentials = identity.credentials else { return .anonymous }
            return .found(credentials, source: identity.source, caller: await caller(opening, credentials))
        } catch {
            return .failed(Fault(error))
        }
    }

    private func caller(
        _ opening: S3Client, _ credentials: AWSCredentials
    ) async -> Result<String?, CredentialFailure> {
        do throws(CredentialFailure) {
            return .success(try await opening.callerIdentity(credentials))
        } catch {
            return .failure(error)
        }
    }

    /// An upload in parts that is begun and given up takes the right to write, and leaves nothing behind.
    private func write(to store: S3Store) async -> S3Findings.Writing {
        let prefix = settings.prefix.value
        let name = ".modelkit-assets-check-\(UInt32.random(in: .min ... .max))"
        let key = ObjectKey(prefix.isEmpty ? name : "\(prefix)/\(name)")
        let upload: MultipartUpload
        do throws(StoreError) {
            upload = try await store.startUpload(of: key, .none)
        } catch {
            return .refused(error)
        }
        do throws(StoreError) {
            try await store.abortUpload(upload)
            return .proven
        } catch {
            return .leftUpload(of: key, error)
        }
    }
}
