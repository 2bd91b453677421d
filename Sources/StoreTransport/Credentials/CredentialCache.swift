/// Credentials that are renewed before they expire, once for all who wait for them. Kept in memory alone.
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

    /// A renewal under way, and how many of those who wait for it were not cancelled.
    private struct Renewal {
        let task: Task<Numbered, any Error>
        var waiting: Int
    }

    private let fetch: @Sendable () async throws -> Entry
    private let now: @Sendable () -> Double
    private var entry: Entry?
    private var generation = 0
    private var renewal: Renewal?

    private let advisory: Double
    private let mandatory: Double

    /// - Parameters:
    ///   - now: the wall clock, in seconds since 1970.
    ///   - advisory: so long before the expiration a renewal is tried, in seconds.
    ///   - mandatory: so long before it a renewal must succeed. Source of both: botocore's `RefreshableCredentials`
    package init(
        now: @escaping @Sendable () -> Double, advisory: Double = 900, mandatory: Double = 600,
        fetch: @escaping @Sendable () async throws -> Entry
    ) {
        self.now = now
        self.advisory = advisory
        self.mandatory = mandatory
        self.fetch = fetch
    }

    package func current() async throws -> Numbered {
        guard let entry else { return try await renewed() }
        let left = (entry.expiration ?? .infinity) - now()
        if left > advisory { return Numbered(value: entry.value, generation: generation) }
        do {
            return try await renewed()
        } catch {
            // As long as it lasts, the old one does.
            guard left > mandatory else { throw error }
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

    /// Not a child of whoever asks first: that task may be cancelled while others wait. All of them get the number with the
    /// value, as nobody knows who goes on first.
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

    /// How many wait for a renewal, for tests.
    var waiting: Int { renewal?.waiting ?? 0 }

    private func end() {
        // A cancelled one has made room for the next.
        if !Task.isCancelled { renewal = nil }
    }

    /// One who waited was cancelled. With the last of them the renewal is: nobody else would end it.
    private func leave(_ task: Task<Numbered, any Error>) {
        guard renewal?.task == task else { return }
        renewal?.waiting -= 1
        guard renewal?.waiting == 0 else { return }
        renewal = nil
        task.cancel()
    }
}
