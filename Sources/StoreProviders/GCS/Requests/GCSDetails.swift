internal import AssetModel
internal import NIOHTTP1
internal import ObjectStore
package import StoreTransport

// What errors say of refusals of Google Cloud Storage, and of what can be done about them.

/// What is the matter with an object, or with its upload.
package enum GCSObjectDetail: ErrorDetail {
    case generationChanged, generationIsGone
    /// It is stored with `Content-Encoding: gzip` and arrived decoded.
    case arrivedDecoded
    /// Parts come in their order.
    case otherPart(expected: Int)
    case endedBeforeLastPart
    case uploadHasEnded
    /// The store keeps none of what is sent.
    case keepsNothing
    /// In bytes: it has less than it had.
    case lost(from: Int64, to: Int64)
}

package enum GCSNote: ErrorDetail {
    /// Whose name was used.
    case identity(IdentitySourceName<GoogleCredentials>)
    /// Without the right to list, the store does not say whether there is such an object.
    case maybeMissing
}

/// What to do about a refusal.
package enum GCSAdvice: ErrorDetail {
    case checkCredentials
    case checkBucket
    case grantKey
    case addScope
    case setQuotaProject
    case grant(GCSRight)
    /// A proxy decodes what is stored encoded.
    case keepEncoding
}

/// A right that a call takes.
package enum GCSRight: Hashable, Sendable {
    case list, get, create, delete, getBucket
}

/// Why an answer is not what the protocol says.
package enum GCSResponseFault: RedactableDetail {
    case repeatedPageToken
    case objectWithoutNameOrSize
    case noGeneration
    case notJSON
    case noSize
    case noSession
    case noWrittenObject

    package func redacted(_ redaction: Redaction) -> GCSResponseFault { self }
}

extension StoreError {
    /// The error, with whose name was used and what to do.
    func completed(_ fault: GCSFault, _ call: GCSCall, _ identity: GCSIdentity?) -> StoreError {
        var error = self
        let anonymous = identity?.anonymousRemedy
        switch kind {
        case .permissionDenied:
            if let identity { error.note(GCSNote.identity(identity.source)) }
            if call.isOfContent { error.note(GCSNote.maybeMissing) }
            error.cause = anonymous.map { _ in .anonymous }
            error.advise(GCSAdvice(for: fault, call))
            if let anonymous { error.advise(anonymous) }
        case .unauthenticated:
            if let identity { error.note(GCSNote.identity(identity.source)) }
            error.cause =
                anonymous.map { _ in .anonymous }
                ?? .rejectedCredentials(by: "Google Cloud Storage", code: fault.reason, status: fault.status)
            error.advise(GCSAdvice.checkCredentials)
            if let anonymous { error.advise(anonymous) }
        case .misconfigured: error.advise(GCSAdvice.checkBucket)
        case .notFound, .changed, .invalidRange, .unavailable, .credentialsUnavailable, .invalidAnswer,
            .unusableSettings:
            break
        }
        return error
    }
}

extension GCSCall {
    /// Whether it asks for an object.
    fileprivate var isOfContent: Bool {
        switch resource {
        case .object, .content: method == .GET
        case .bucket, .permissions, .objects, .uploads, .upload: false
        }
    }

    fileprivate var right: GCSRight {
        switch (resource, method) {
        case (.objects, _): .list
        case (.uploads, _), (.upload, _): .create
        case (.object, .DELETE): .delete
        case (.bucket, _), (.permissions, _): .getBucket
        case (.object, _), (.content, _): .get
        }
    }
}

extension GCSAdvice {
    fileprivate init(for fault: GCSFault, _ call: GCSCall) {
        let text = (fault.message ?? "").lowercased()
        self =
            switch true {
            case text.contains("cloudkms") || text.contains("kms key"): .grantKey
            case text.contains("insufficient authentication scopes") || text.contains("insufficient scopes"):
                .addScope
            case text.contains("billing") || text.contains("user project") || text.contains("requester pays"):
                .setQuotaProject
            default: .grant(call.right)
            }
    }
}
