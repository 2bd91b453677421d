internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// What is said of refusals, and what to do about them.
enum GCSWords {
    /// The error, with whose name was used and what to do.
    static func complete(
        _ error: StoreError, _ fault: GCSFault, _ call: GCSCall, _ identity: GCSIdentity?
    ) -> StoreError {
        var error = error
        let identityNote = identity.map { ["identity: \($0.words)"] } ?? []
        switch error.kind {
        case .permissionDenied:
            error.notes += identityNote + ambiguity(call)
            error.cause = identity?.anonymousRemedy.map { _ in .anonymous }
            error.remedy = identity?.anonymousRemedy ?? remedy(for: fault, call)
        case .unauthenticated:
            error.notes += identityNote
            error.cause =
                identity?.anonymousRemedy.map { _ in .anonymous }
                ?? .rejectedCredentials(by: "Google Cloud Storage", code: fault.shortWords)
            error.remedy =
                identity?.anonymousRemedy
                ?? "check that the credentials are for this store, and the clock of this machine"
        case .misconfigured:
            error.remedy = "check MODELKIT_STORAGE_BUCKET; bucket names are lower case"
        case .notFound, .changed, .invalidRange, .unavailable, .credentialsUnavailable, .invalidAnswer,
            .unusableSettings:
            break
        }
        return error
    }

    /// Without the right to list, the store does not say whether there is such an object.
    private static func ambiguity(_ call: GCSCall) -> [String] {
        switch call.resource {
        case .object, .content:
            call.method == .GET
                ? ["without storage.objects.list, the store also reports a missing object as access denied"]
                : []
        case .bucket, .permissions, .objects, .uploads, .upload: []
        }
    }

    private static func remedy(for fault: GCSFault, _ call: GCSCall) -> String {
        let text = (fault.message ?? "").lowercased()
        if text.contains("cloudkms") || text.contains("kms key") {
            return "grant the project's storage service account the use of the key that encrypts the object"
        }
        if text.contains("insufficient authentication scopes") || text.contains("insufficient scopes") {
            return "add the access scope devstorage.read_only or cloud-platform to this machine"
        }
        if text.contains("billing") || text.contains("user project") || text.contains("requester pays") {
            return "set GOOGLE_CLOUD_QUOTA_PROJECT to the project to bill"
        }
        return "grant \(right(for: call)) on the bucket to this account"
    }

    /// The right that a call takes.
    private static func right(for call: GCSCall) -> String {
        switch (call.resource, call.method) {
        case (.objects, _): "storage.objects.list (in roles/storage.objectViewer)"
        case (.uploads, _), (.upload, _): "storage.objects.create (in roles/storage.objectUser)"
        case (.object, .DELETE): "storage.objects.delete (in roles/storage.objectUser)"
        case (.bucket, _), (.permissions, _): "storage.buckets.get"
        case (.object, _), (.content, _): "storage.objects.get (in roles/storage.objectViewer)"
        }
    }
}
