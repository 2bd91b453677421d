internal import AssetModel

/// Whether a request may be sent again where it is not known whether it took effect: its answer was lost, or the service
/// failed while it worked.
package enum Idempotency: Sendable {
    /// Twice comes to the same as once, or the second is refused because of the first, which tells the caller of a
    /// conditional write to look at what is there (`.changed`).
    case idempotent
    /// What is to be sent next depends on what the service has kept: the caller asks first.
    case notIdempotent
}

extension AttemptFailure {
    /// What went wrong, where another attempt may succeed; nil where it would not, or where a remedy may help.
    var transientDetail: (any ErrorDetail)? {
        switch self {
        case .fault(let fault): if case .retry = fault.handling { fault.answer } else { nil }
        case .transport(let failure): failure.kind.isTransient ? failure.detail : nil
        case .malformed(let detail): detail
        case .page, .final: nil
        }
    }

    /// How long the service asks to wait, in seconds.
    var pause: Double? {
        if case .fault(let fault) = self, case .retry(let reason, _) = fault.handling { reason.wait } else { nil }
    }
}
