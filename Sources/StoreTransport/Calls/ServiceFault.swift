package import NIOHTTP1
package import ObjectStore

/// An answer that says that something went wrong, as the service words it.
package protocol ServiceFault: Sendable {
    /// What can help against some faults: other credentials, another region. Each is applied once for a call.
    associatedtype Remedy: Hashable, Sendable

    /// As the service words it.
    var answer: ServiceAnswer { get }
    var handling: FaultHandling<Remedy> { get }

    /// Whether the service answers some requests with a line of text that it calls HTML.
    static var writesText: Bool { get }

    /// - Parameter body: of the answer, which may come from a proxy in place of the service.
    init(status: Int, headers: HTTPHeaders, body: [UInt8])

    /// Without the secrets of the request.
    func redacted(_ redaction: Redaction) -> Self
}

extension ServiceFault {
    package static var writesText: Bool { false }
}

/// What to do about a fault.
package enum FaultHandling<Remedy: Hashable & Sendable>: Sendable {
    case fail(StoreError.Kind)
    /// - Parameter slowsDown: whether the service asks for fewer requests at a time.
    case retry(RetryReason, slowsDown: Bool)
    case apply(Remedy)
}

/// Why one attempt of a call failed.
package enum AttemptFailure<Fault: ServiceFault>: Error {
    case fault(Fault)
    /// Something else answered in the place of the service.
    case page(ForeignPage)
    case transport(HTTPFailure)
    /// The answer is not what the protocol says: how.
    case malformed(any RedactableDetail)
    /// No other attempt can help: there are no credentials, or the object has changed.
    case final(StoreError)

    /// Whatever an attempt threw.
    init(_ error: any Error) {
        switch error {
        case let failure as Self: self = failure
        case let failure as HTTPFailure: self = .transport(failure)
        case let fault as RangedResponse.Fault: self = .malformed(fault)
        case let error as StoreError: self = .final(error)
        case is CancellationError: self = .transport(HTTPFailure(.cancelled, .interrupted))
        default: self = .malformed("\(error)")
        }
    }

    /// Without the secrets of the request.
    func redacted(_ redaction: Redaction) -> Self {
        switch self {
        case .final: self
        case .malformed(let detail): .malformed(detail.redacted(redaction))
        case .transport(let failure): .transport(HTTPFailure(failure.kind, failure.detail.redacted(redaction)))
        case .fault(let fault): .fault(fault.redacted(redaction))
        case .page(let page): .page(page.redacted(redaction))
        }
    }
}
