/// How many facts are asked at the same time: enough that a store's round trips overlap, few enough for its connections.
package let factWindow = 64

/// The transformed inputs in the inputs' order, some of them at work at the same time.
package func concurrentMap<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], window: Int = factWindow, _ transform: @escaping @Sendable (Input) async -> Output
) async -> [Output] {
    await withTaskGroup(of: (Int, Output).self) { group in
        var outputs = [Output?](repeating: nil, count: inputs.count)
        for (index, input) in inputs.enumerated() {
            if index >= window, let (done, output) = await group.next() { outputs[done] = output }
            group.addTask { (index, await transform(input)) }
        }
        for await (done, output) in group { outputs[done] = output }
        return outputs.compactMap(\.self)
    }
}
