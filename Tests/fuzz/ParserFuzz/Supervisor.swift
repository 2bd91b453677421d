import FoundationEssentials
import Glibc

/// Runs a worker for each parser, some at a time, and gathers what is found.
struct Supervisor: Sendable {
    let parsers: [Parser]
    let seed: UInt64
    /// For all of it.
    let seconds: Double
    let jobs: Int
    /// A folder.
    let findings: String

    /// So many of one parser are enough for a day.
    private static let enough = 5

    /// - Returns: how many inputs something is wrong with.
    func run() async throws -> Int {
        try FileManager.default.createDirectory(atPath: findings, withIntermediateDirectories: true)
        let share = seconds * Double(min(jobs, parsers.count)) / Double(parsers.count)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            var count = 0
            for (place, parser) in parsers.enumerated() {
                if place >= jobs, let found = try await group.next() { count += found }
                // They wait for their children and for nothing else, and there are no more of them than threads.
                group.addTask { try run(parser, for: share) }
            }
            for try await found in group { count += found }
            return count
        }
    }

    private func run(_ parser: Parser, for share: Double) throws -> Int {
        let slot = "\(findings)/.\(parser.name).slot"
        let end = ContinuousClock.now + .seconds(share)
        var (next, found) = (0, 0)
        defer { unlink(slot) }
        while found < Self.enough {
            let left = (end - ContinuousClock.now) / .seconds(1)
            if left <= 0, next > 0 { break }
            let arguments = [
                "--parser", parser.name, "--seed", "\(seed)", "--slot", slot, "--first", "\(next)", "--seconds",
                "\(max(left, 0.5))",
            ]
            let result = try Child.run(arguments, timeout: max(left, 0.5) + 60)
            let state = try Slot(slot)
            next = state.number + 1
            guard let fault = result.fault else { break }
            found += 1
            let input = Minimizer(parser: parser, file: "\(findings)/.\(parser.name).input").smallest(state.input)
            let place = "\(findings)/\(parser.name)-\(seed)-\(state.number)"
            try Files.write(input, to: place)
            print(
                """
                \(parser.name): input \(state.number) of the seed \(seed): \(fault)
                  \(place), \(input.count) bytes: \(String(decoding: input.prefix(400), as: UTF8.self).debugDescription)
                  parser-fuzz --parser \(parser.name) --input \(place)
                """)
        }
        print("\(parser.name): \(next) inputs\(found == 0 ? "" : ", \(found) findings")")
        return found
    }
}

/// Makes an input smaller for as long as it still ends a child.
struct Minimizer {
    let parser: Parser
    let file: String

    private static let attempts = 400

    func smallest(_ input: [UInt8]) -> [UInt8] {
        defer { unlink(file) }
        guard let fault = fault(input) else { return input }
        var (input, attempts) = (input, 0)
        var size = max(1, input.count / 2)
        while attempts < Self.attempts {
            var (start, isSmaller) = (0, false)
            while start < input.count, attempts < Self.attempts {
                var shorter = input
                shorter.removeSubrange(start..<min(input.count, start + size))
                attempts += 1
                if self.fault(shorter) == fault { (input, isSmaller) = (shorter, true) } else { start += size }
            }
            if size == 1, !isSmaller { break }
            size = max(1, size / 2)
        }
        return input
    }

    /// Without what differs from input to input.
    private func fault(_ input: [UInt8]) -> Substring? {
        guard (try? Files.write(input, to: file)) != nil else { return nil }
        let result = try? Child.run(["--parser", parser.name, "--input", file], timeout: 60)
        return result?.fault?.prefix(32)
    }
}
