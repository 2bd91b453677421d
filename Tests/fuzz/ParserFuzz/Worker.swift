import Glibc

/// Tries one input after the other, in a process of its own.
struct Worker: ~Copyable {
    private let parser: Parser
    private let inputs: Inputs
    private let slot: Slot

    /// Of the processor's time for one input, in seconds, with a debug build on a slow machine.
    private static let timeLimit = 10
    /// Of the process's addresses, in bytes: most of them are the stacks of threads, which are never used.
    private static let memoryLimit: rlim_t = 3 << 30

    init(parser: Parser, seed: UInt64, slot: consuming Slot) throws {
        self.parser = parser
        inputs = Inputs(try Corpus(of: parser), seed: seed)
        self.slot = slot
    }

    /// - Parameters:
    ///   - first: the number of the first input.
    ///   - seconds: for how long.
    consuming func run(from first: Int, for seconds: Double) async throws {
        var limit = rlimit(rlim_cur: Self.memoryLimit, rlim_max: Self.memoryLimit)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let end = ContinuousClock.now + .seconds(seconds)
        var number = first
        while ContinuousClock.now < end {
            let (input, mustBeAccepted) = inputs[number]
            slot.set(input, number: number)
            try await Self.run(parser, on: input, mustBeAccepted: mustBeAccepted)
            number += 1
        }
        slot.set([], number: number)
    }

    /// Ends the process where the input takes too long.
    ///
    /// - Throws: `Violation`
    static func run(_ parser: Parser, on input: [UInt8], mustBeAccepted: Bool = false) async throws {
        var timer = itimerval(
            it_interval: timeval(), it_value: timeval(tv_sec: timeLimit, tv_usec: 0))
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
        let verdict = try await parser.check(input)
        try expect(verdict == .accepted || !mustBeAccepted, "a document of the corpus is refused")
    }
}
