/// When credentials are renewed.
package struct CredentialRenewal: Sendable {
    /// So long before the expiration a renewal is tried, in seconds.
    let advisory: Double
    /// So long before it a renewal must succeed, in seconds.
    let mandatory: Double

    package init(advisory: Double, mandatory: Double) {
        self.advisory = advisory
        self.mandatory = mandatory
    }
}

/// Credentials that are renewed before they expire, once for all tasks that wait for them. Kept in memory alone.
package actor CredentialCache<Value: Sendable> {
    /// A value, and until when it may be used, in seconds since 1970; nil for ever.
    package struct Entry: Sendable {
        let value: Value
        let expiration: Double?

        package init(value: Value, expiration: Double?) {
            self.value = value
            self.expiration = expiration
        }
    }

    /// A value, and a number that is another for each value there was.
    package struct Numbered: Sendable {
        package let value: Value
        package let generation: Int
    }

    /// A renewal under way, and how many tasks wait for it that were not cancelled.
    private struct Renewal {
        let task: Task<Numbered, any Error>
        var waiting: Int
    }

    private let fetch: @Sendable () async throws -> Entry
    private let now: @Sendable () -> Double
    private var entry: Entry?
    private var generation = 0
    private var renewal: Renewal?

    private let times: CredentialRenewal

    /// - Parameter now: the wall clock, in seconds since 1970.
    package init(
        now: @escaping @Sendable () -> Double, _ times: CredentialRenewal,
        fetch: @escaping @Sendable () async throws -> Entry
    ) {
        self.now = now
        self.times = times
        self.fetch = fetch
    }

    package func current() async throws -> Numbered {
        guard let entry else { return try await renewed() }
        let left = (entry.expiration ?? .infinity) - now()
        if left > times.advisory { return Numbered(value: entry.value, generation: generation) }
        do {
            return try await renewed()
        } catch {
            // The old value can still be used.
            guard left > times.mandatory else { throw error }
            return Numbered(value: entry.value, generation: generation)
        }
    }

    /// A new value in place of the one with that number, unless there is a newer one already.
    package func refresh(replacing generation: Int) async throws {
        if generation == self.generation { _ = try await renewed() }
    }

    private func renewed() async throws -> Numbered {
        let task = renewal?.task ?? begin()
        renewal?.waiting += 1
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            Task { await leave(task) }
        }
    }

    /// Not a child of the task that asks first: that task may be cancelled while others wait. All of them get the number
    /// with the value, as any of them may resume first.
    private func begin() -> Task<Numbered, any Error> {
        let task = Task {
            defer { end() }
            let entry = try await fetch()
            self.entry = entry
            generation += 1
            return Numbered(value: entry.value, generation: generation)
        }
        renewal = Renewal(task: task, waiting: 0)
        return task
    }

    /// How many tasks wait for a renewal, for tests.
    var waiting: Int { renewal?.waiting ?? 0 }

    private func end() {
        // A cancelled one is no longer the current one.
        if !Task.isCancelled { renewal = nil }
    }

    /// A waiting task was cancelled. The renewal is cancelled with the last of them.
    private func leave(_ task: Task<Numbered, any Error>) {
        guard renewal?.task == task else { return }
        renewal?.waiting -= 1
        guard renewal?.waiting == 0 else { return }
        renewal = nil
        task.cancel()
    }
}
