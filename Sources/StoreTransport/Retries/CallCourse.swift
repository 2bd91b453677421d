package import ObjectStore

/// How a call fares: how often it was sent, and for how long.
package struct CallCourse {
    /// `get`, `list`: in messages.
    let operation: String
    /// In messages.
    let address: String
    private let context: RetryContext
    private var retries: Retries
    /// When it was sent, or got on for the last time, in seconds of the context's clock.
    private var start: Double
    /// How often it was sent, or how often since it got on.
    private(set) var attempts = 1

    package init(_ operation: String, address: String, _ context: RetryContext) {
        self.operation = operation
        self.address = address
        self.context = context
        retries = Retries(context.policy)
        start = context.uptime()
    }

    /// Waits until the call is to be sent again.
    ///
    /// - Throws: the error, where it was sent often or long enough.
    package mutating func wait(_ reason: RetryReason, orThrow error: StoreError) async throws(StoreError) {
        let now = context.uptime()
        guard let seconds = retries.wait(after: reason, now: now, random: context.random()) else { throw error }
        attempts += 1
        context.log.note(
            RetryNotice(
                operation: operation, address: address, reason: reason, attempt: attempts, elapsed: now - start))
        guard await context.sleep(seconds) else { throw self.error(.unavailable, "interrupted") }
    }

    /// The same after a request or its answer was lost.
    ///
    /// - Parameter isAnswered: whether the endpoint has answered anything in this run.
    mutating func overcome(
        _ failure: HTTPFailure, isAnswered: Bool, orThrow error: StoreError
    ) async throws(StoreError) {
        guard failure.kind.mayPass else { throw error }
        let isUnreachable =
            switch failure.kind {
            case .unknownHost, .noConnection, .noProxy: true
            case .timedOut: !isAnswered
            case .tls, .otherHost, .proxy, .closed, .malformed, .cancelled: false
            }
        try await wait(RetryReason(failure.detail, isUnreachable: isUnreachable), orThrow: error)
    }

    /// Something arrived: what failed before no longer counts.
    mutating func progressed() {
        retries.progressed()
        start = context.uptime()
        attempts = 1
    }

    package func error(_ kind: StoreError.Kind, _ detail: String) -> StoreError {
        StoreError(
            kind, operation: operation, address: address, detail: detail,
            notes: attempts > 1 ? ["it was tried \(attempts) times"] : [])
    }
}
