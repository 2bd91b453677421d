internal import ObjectStore

/// What all calls to a store have in common that are sent again where that can help.
package struct RetryContext: Sendable {
    let policy: RetryPolicy
    let log: RetryLog
    let gate: RequestGate

    /// - Parameter window: how many requests may be under way where the store does not ask to slow down.
    package init(policy: RetryPolicy, log: RetryLog, window: Int) {
        self.policy = policy
        self.log = log
        gate = RequestGate(window: window)
    }

    /// A clock that does not jump, in seconds.
    func uptime() -> Double { (ContinuousClock.now - Self.start) / .seconds(1) }

    private static let start = ContinuousClock.now

    func random() -> Double { Double.random(in: 0..<1) }

    /// - Returns: false where the task was cancelled meanwhile.
    func sleep(_ seconds: Double) async -> Bool { await WaitingTime(seconds: seconds).sleep() }
}

/// How a call fares: how often it was sent, and for how long.
struct CallCourse {
    /// `get`, `list`: in messages.
    let operation: String
    /// In messages.
    let address: String
    private let context: RetryContext
    private var retries: Retries
    private var attempts = 1

    init(_ operation: String, address: String, _ context: RetryContext) {
        self.operation = operation
        self.address = address
        self.context = context
        retries = Retries(context.policy)
    }

    /// Waits until the call is to be sent again.
    ///
    /// - Throws: the error, where it was sent often or long enough.
    mutating func wait(_ reason: RetryReason, orThrow error: StoreError) async throws(StoreError) {
        guard let seconds = retries.wait(after: reason, now: context.uptime(), random: context.random()) else {
            throw error
        }
        attempts += 1
        context.log.note(reason)
        guard await context.sleep(seconds) else { throw self.error(.unavailable, "interrupted") }
    }

    func error(_ kind: StoreError.Kind, _ detail: String) -> StoreError {
        StoreError(
            kind, operation: operation, address: address, detail: detail,
            notes: attempts > 1 ? ["it was tried \(attempts) times"] : [])
    }
}
