/// What all calls to a store have in common that are sent again where that can help.
package struct RetryContext: Sendable {
    let policy: RetryPolicy
    let log: RetryLog
    let gate: RequestGate

    /// How often the store has asked to slow down so far.
    package var slowDowns: Int { gate.halvings }

    /// - Parameter window: how many requests may be under way where the store does not ask to slow down.
    package init(policy: RetryPolicy, log: RetryLog, window: Int) {
        self.policy = policy
        self.log = log
        gate = RequestGate(window: window)
    }

    /// A clock that does not jump, in seconds.
    func uptime() -> Double { ContinuousClock.uptime }

    func random() -> Double { Double.random(in: 0..<1) }

    /// - Returns: false where the task was cancelled meanwhile.
    func sleep(_ seconds: Double) async -> Bool { await WaitingTime(seconds: seconds).sleep() }
}

extension ContinuousClock {
    private static let start = now

    /// Since the program first asked, in seconds.
    static var uptime: Double { (now - start) / .seconds(1) }
}
