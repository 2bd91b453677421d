internal import ObjectStore

/// What a store answered in place of what was asked for.
protocol CallFault: Sendable {
    /// Without what nobody may see.
    func redacted(_ redaction: Redaction) -> Self
}

/// Why one try of a call came to nothing.
enum CallTrouble<Fault: CallFault>: Error {
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

extension CallCourse {
    /// Waits until the call is to be sent again after its request or answer was lost.
    ///
    /// - Throws: the error, where that is no use, or where it was sent often or long enough.
    mutating func overcome(_ failure: HTTPFailure, orThrow error: StoreError) async throws(StoreError) {
        switch failure.kind {
        case .tls, .otherHost, .proxy, .malformed, .cancelled: throw error
        case .unknownHost, .noConnection, .noProxy:
            try await wait(RetryReason(failure.detail, isUnreachable: true), orThrow: error)
        case .timedOut, .closed: try await wait(RetryReason(failure.detail), orThrow: error)
        }
    }
}
