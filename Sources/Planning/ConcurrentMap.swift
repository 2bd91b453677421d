/// How many facts are asked at the same time: enough that a store's round trips overlap, few enough for its connections.
package let factWindow = 64

/// The transformed inputs in the inputs' order, some of them at work at the same time.
package func concurrentMap<Input: Sendable, Output: TaskResult & Sendable>(
    _ inputs: [Input], window: Int = factWindow, _ transform: @escaping @Sendable (Input) async -> Output
) async -> [Output] {
    await concurrentMap(inputs, window: window, while: { _ in true }, transform)
}

/// The same of a transform that can fail. After a failure no input is begun any more.
///
/// - Throws: the failure of the first of the inputs that failed: all in front of it were begun.
package func concurrentAttempts<Input: Sendable, Output: Sendable, Failure: Error>(
    _ inputs: [Input], window: Int = factWindow,
    _ transform: @escaping @Sendable (Input) async throws(Failure) -> Output
) async throws(Failure) -> [Output] {
    let results = await concurrentMap(inputs, window: window, while: { $0.isSuccess }) { input in
        do throws(Failure) {
            return Result<Output, Failure>.success(try await transform(input))
        } catch {
            return Result<Output, Failure>.failure(error)
        }
    }
    var outputs: [Output] = []
    for result in results { outputs.append(try result.get()) }
    return outputs
}

/// - Parameter isGood: where an output is not, no input is begun any more, and the outputs are those of the first inputs.
private func concurrentMap<Input: Sendable, Output: TaskResult & Sendable>(
    _ inputs: [Input], window: Int, while isGood: (Output) -> Bool,
    _ transform: @escaping @Sendable (Input) async -> Output
) async -> [Output] {
    await withTaskGroup(of: Numbered<Output>.self) { group in
        var outputs = [Output?](repeating: nil, count: inputs.count)
        for (index, input) in inputs.enumerated() {
            if index >= window, let done = await group.next() {
                outputs[done.index] = done.output
                if !isGood(done.output) { break }
            }
            group.addTask { Numbered(index: index, output: await transform(input)) }
        }
        for await done in group { outputs[done.index] = done.output }
        return outputs.compactMap(\.self)
    }
}

/// What a child task of a task group may get from a closure: any type but a tuple.
///
/// Swift 6.3.1 with `-O` loses the result of a child task that awaits a closure which returns a tuple, and the reader
/// finds nothing there or crashes. A tuple conforms to no protocol, so that none gets here;
/// `Tests/python/test_optimizer.py` keeps the smallest program that shows it.
package protocol TaskResult {}

extension Array: TaskResult {}
extension Result: TaskResult {}

private struct Numbered<Output: Sendable>: Sendable {
    let index: Int
    let output: Output
}

extension Result {
    fileprivate var isSuccess: Bool {
        switch self {
        case .success: true
        case .failure: false
        }
    }
}
