package import NIOHTTP1
package import ObjectStore

/// What a store answered in place of what was asked for.
package protocol CallFault: Sendable {
    /// What helps against some faults, once.
    associatedtype Remedy: Hashable, Sendable

    /// `AccessDenied: not for you (status 403)`
    var words: String { get }
    var reaction: CallReaction<Remedy> { get }

    /// - Parameter body: of the answer, which may be another's than the store's: a proxy's.
    init(status: Int, headers: HTTPHeaders, body: [UInt8])

    /// Without what nobody may see.
    func redacted(_ redaction: Redaction) -> Self
}

/// What to do about a fault.
package enum CallReaction<Remedy: Hashable & Sendable>: Sendable {
    case fail(StoreError.Kind)
    case retry(RetryReason, slowsDown: Bool)
    case mend(Remedy)
}

/// Why one try of a call came to nothing.
package enum CallTrouble<Fault: CallFault>: Error {
    case fault(Fault)
    case transport(HTTPFailure)
    /// The answer is not what the protocol says: how.
    case malformed(String)
    /// Known to be final: there are no credentials, or the object changed.
    case final(StoreError)

    /// Whatever a try threw.
    init(_ error: any Error) {
        switch error {
        case let trouble as Self: self = trouble
        case let failure as HTTPFailure: self = .transport(failure)
        case let fault as RangedAnswer.Fault: self = .malformed(fault.words)
        case let error as StoreError: self = .final(error)
        case is CancellationError: self = .transport(HTTPFailure(.cancelled, "interrupted"))
        default: self = .malformed("\(error)")
        }
    }

    /// Without what nobody may see.
    func redacted(_ redaction: Redaction) -> Self {
        switch self {
        case .final: self
        case .malformed(let detail): .malformed(redaction(detail))
        case .transport(let failure): .transport(HTTPFailure(failure.kind, redaction(failure.detail)))
        case .fault(let fault): .fault(fault.redacted(redaction))
        }
    }
}
