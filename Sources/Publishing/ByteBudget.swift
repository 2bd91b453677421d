/// How many bytes are held for requests that are under way.
actor ByteBudget {
    private var free: Int
    private var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private let limit: Int

    init(_ limit: Int) {
        self.limit = limit
        free = limit
    }

    /// Runs the body when there is room for its bytes.
    func holding<Value: Sendable>(
        _ bytes: Int, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        // One that is larger than everything gets everything.
        let share = min(bytes, limit)
        await take(share)
        defer { give(share) }
        return try await body()
    }

    private func take(_ bytes: Int) async {
        if waiting.isEmpty, bytes <= free {
            free -= bytes
        } else {
            await withCheckedContinuation { waiting.append((bytes, $0)) }
        }
    }

    private func give(_ bytes: Int) {
        free += bytes
        while let next = waiting.first, next.bytes <= free {
            free -= next.bytes
            waiting.removeFirst().continuation.resume()
        }
    }
}
