/// A parser of what comes from outside, and what must hold whatever it is given.
struct Parser: Sendable {
    enum Verdict: Sendable {
        case accepted
        case refused
    }

    let name: String
    /// Folders below Tests with documents to begin with. Of those that are below `corpus` all must be accepted.
    let documents: [String]
    /// - Throws: `Violation`
    let check: @Sendable ([UInt8]) async throws -> Verdict

    init(
        _ name: String, documents: [String] = [], check: @escaping @Sendable ([UInt8]) async throws -> Verdict
    ) {
        self.name = name
        self.documents = ["fuzz/corpus/\(name)"] + documents
        self.check = check
    }

    static let all: [Parser] =
        [spec, lock, plan, settings, meta, versions, claim, journal, locks, names, dates, encodings, gzip, image]
        + [s3Answers, gcsAnswers, awsFiles, awsAnswers, googleFiles, googleAnswers]
        + [registryAnswers, registryFiles, references]

    static func named(_ name: String) -> Parser? { all.first { $0.name == name } }
}

/// Something that must hold does not.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// - Throws: where the condition is false.
func expect(_ condition: Bool, _ description: @autoclosure () -> String) throws(Violation) {
    guard condition else { throw Violation(description()) }
}

/// What people are shown has lines, and nothing else that a terminal would act on.
func expectShowable(_ text: String) throws(Violation) {
    let control = text.unicodeScalars.first { $0 != "\n" && ($0.value < 0x20 || (0x7F..<0xA0).contains($0.value)) }
    guard let control else { return }
    throw Violation("U+\(String(control.value, radix: 16)) is shown in: \(text.debugDescription)")
}
