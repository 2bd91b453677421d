internal import Planning

/// Work on a file whose length says how long it takes.
protocol SizedWork: Sendable {
    /// In bytes; nil where that is not known.
    var size: Int64? { get }
}

/// The transformed inputs in the inputs' order, several of them at work at the same time: the largest begin first, so that
/// no large one is left to the end, where one processor would work on it alone.
///
/// - Throws: the failure of the largest input that failed. None is begun after a failure.
func largestFirst<Input: SizedWork, Output: Sendable, Failure: Error>(
    _ inputs: [Input], window: Int, _ transform: @escaping @Sendable (Input) async throws(Failure) -> Output
) async throws(Failure) -> [Output] {
    // What may be large is begun as if it were.
    let order = inputs.indices.sorted { left, right in
        let (large, small) = (inputs[left].size ?? .max, inputs[right].size ?? .max)
        return large == small ? left < right : large > small
    }
    let outputs = try await concurrentAttempts(order.map { inputs[$0] }, window: window, transform)
    let sorted = zip(order, outputs).sorted { $0.0 < $1.0 }
    return sorted.map(\.1)
}
