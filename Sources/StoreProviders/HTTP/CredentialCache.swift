/// Credentials that are renewed before they expire, once for all who wait for them. Kept in memory alone.
actor CredentialCache<Value: Sendable> {
    /// A value, and until when it may be used, in seconds since 1970; nil for ever.
    struct Entry: Sendable {
        let value: Value
        let expiration: Double?
    }

    private let fetch: @Sendable () async throws -> Entry
    private let now: @Sendable () -> Double
    private var entry: Entry?
    private var generation = 0
    private var underWay: Task<(value: Value, generation: Int), any Error>?

    private let advisory: Double
    private let mandatory: Double

    /// - Parameters:
    ///   - now: the wall clock, in seconds since 1970.
    ///   - advisory: so long before the expiration a renewal is tried, in seconds.
    ///   - mandatory: so long before it a renewal must succeed. Source of both: botocore's `RefreshableCredentials`
    init(
        now: @escaping @Sendable () -> Double, advisory: Double = 900, mandatory: Double = 600,
        fetch: @escaping @Sendable () async throws -> Entry
    ) {
        self.now = now
        self.advisory = advisory
        self.mandatory = mandatory
        self.fetch = fetch
    }

    /// The value, and a number that is another for each value there was.
    func current() async throws -> (value: Value, generation: Int) {
        guard let entry else { return try await renewed() }
        let left = (entry.expiration ?? .infinity) - now()
        if left > advisory { return (entry.value, generation) }
        do {
            return try await renewed()
        } catch {
            // As long as it lasts, the old one does.
            guard left > mandatory else { throw error }
            return (entry.value, generation)
        }
    }

    /// A new value in place of the one with that number, unless there is a newer one already.
    func refresh(replacing generation: Int) async throws {
        if generation == self.generation { _ = try await renewed() }
    }

    private func renewed() async throws -> (value: Value, generation: Int) {
        if let underWay { return try await underWay.value }
        // Not a child of whoever asks first: that task may be cancelled while others wait. All of them get the number
        // with the value, as nobody knows who goes on first.
        let task = Task {
            defer { underWay = nil }
            let entry = try await fetch()
            self.entry = entry
            generation += 1
            return (value: entry.value, generation: generation)
        }
        underWay = task
        return try await task.value
    }
}
