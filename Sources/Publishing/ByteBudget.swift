internal import NIOCore

/// How many bytes are held for requests that are under way, and the buffers that hold them.
actor ByteBudget {
    private var free: Int
    private var waiting: [(bytes: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private let limit: Int
    /// Used again: memory that is new to the process costs as much time as reading a file into it.
    private var buffers: [ByteBuffer] = []

    init(_ limit: Int) {
        self.limit = limit
        free = limit
    }

    /// Runs a body that fills a buffer and then one that sends it, when there is room for its bytes.
    func holding<Value: Sendable>(
        _ bytes: Int, fill: @Sendable (ByteBuffer) async throws -> ByteBuffer,
        _ send: @Sendable (ByteBuffer) async throws -> Value
    ) async throws -> Value {
        // One that is larger than everything gets everything.
        let share = min(bytes, limit)
        await take(share)
        defer { give(share) }
        var buffer = buffers.popLast() ?? ByteBuffer()
        buffer.clear(minimumCapacity: bytes)
        buffer = try await fill(buffer)
        let value = try await send(buffer)
        buffers.append(buffer)
        return value
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
