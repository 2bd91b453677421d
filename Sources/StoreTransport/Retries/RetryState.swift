package import AssetModel
package import ObjectStore

/// How often one call was sent, and for how long it has been tried.
package struct RetryState {
    let operation: StoreOperation
    /// In messages.
    let address: String
    private let context: RetryContext
    private var backoff: Backoff
    /// When the first attempt since the last progress began, in seconds of the context's clock.
    private var start: Double
    /// How often it was sent since the last progress.
    private(set) var attempts = 1

    package init(_ operation: StoreOperation, address: String, _ context: RetryContext) {
        self.operation = operation
        self.address = address
        self.context = context
        backoff = Backoff(context.policy)
        start = context.uptime()
    }

    /// Waits until the call is to be sent again.
    ///
    /// - Throws: the error, where it was sent often or long enough.
    package mutating func wait(_ reason: RetryReason, orThrow error: StoreError) async throws(StoreError) {
        let now = context.uptime()
        guard let seconds = backoff.wait(after: reason, now: now, random: context.random()) else { throw error }
        attempts += 1
        context.log.note(
            RetryNotice(
                operation: operation, address: address, reason: reason, attempt: attempts, elapsed: now - start,
                pause: seconds))
        guard await context.sleep(seconds) else { throw self.error(.unavailable, CallNote.interrupted) }
    }

    /// The same after a request or its answer was lost.
    ///
    /// - Parameter hasAnswered: whether the endpoint has answered any request of this run.
    mutating func wait(
        after failure: HTTPFailure, hasAnswered: Bool, orThrow error: StoreError
    ) async throws(StoreError) {
        guard failure.kind.isTransient else { throw error }
        let isUnreachable =
            switch failure.kind {
            case .unknownHost, .noConnection, .noProxy: true
            case .timedOut: !hasAnswered
            case .tls, .otherHost, .proxy, .closed, .malformed, .content, .cancelled: false
            }
        try await wait(RetryReason(failure.detail, isUnreachable: isUnreachable), orThrow: error)
    }

    /// Something arrived: earlier failures no longer count.
    mutating func progressed() {
        backoff.progressed()
        start = context.uptime()
        attempts = 1
    }

    package func error(_ kind: StoreError.Kind, _ detail: any ErrorDetail) -> StoreError {
        StoreError(
            kind, operation: operation, address: address, detail: detail,
            notes: attempts > 1 ? [CallNote.failedAfter(attempts: attempts)] : [])
    }
}
