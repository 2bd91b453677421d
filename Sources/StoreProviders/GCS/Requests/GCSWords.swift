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
        let identityNote = identity.map { ["the request was made as \($0.words)"] } ?? []
        switch error.kind {
        case .permissionDenied:
            error.notes += identityNote + ambiguity(call)
            error.remedy = remedy(for: fault, call)
        case .unauthenticated:
            error.notes += identityNote
            error.remedy =
                identity?.credentials == nil
                ? "the bucket is not public: set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default "
                    + "login`"
                : "the token was not accepted: check that the credentials are for this store, and the clock"
        case .misconfigured: error.remedy = "check MODELKIT_STORAGE_BUCKET; the names of buckets are in lower case"
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
                ? ["it is missing or not allowed: without storage.objects.list the store does not tell the two apart"]
                : []
        case .bucket, .permissions, .objects, .uploads, .upload: []
        }
    }

    private static func remedy(for fault: GCSFault, _ call: GCSCall) -> String {
        let text = (fault.message ?? "").lowercased()
        if text.contains("cloudkms") || text.contains("kms key") {
            return "let the project's storage service account use the key that the object is encrypted with"
        }
        if text.contains("insufficient authentication scopes") || text.contains("insufficient scopes") {
            return "the access scopes of this machine forbid it: set devstorage.read_only, or cloud-platform"
        }
        if text.contains("billing") || text.contains("user project") || text.contains("requester pays") {
            return "name the project that pays in GOOGLE_CLOUD_QUOTA_PROJECT"
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
