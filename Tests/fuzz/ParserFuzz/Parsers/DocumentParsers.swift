import AssetModel
import Planning
import Terminal
import Words

@testable import AssetsCommand
@testable import Operations
@testable import SpecFile

extension Parser {
    /// assets.yaml
    static let spec = Parser("spec", documents: ["Specs/accepted", "Specs/refused"]) { bytes in
        let variables = [
            "NAME": "tokenizer", "EMPTY": "", "ESCAPE": "a\u{1B}[31mb", "BUCKET": "acme-models",
            "TOKENIZER_PIN": "1.0",
        ]
        let manifest: Manifest
        do throws(SpecReport) {
            manifest = try SpecFile.read(bytes, file: "assets.yaml", context: SpecContext(variables: variables))
        } catch {
            try expectPlaces(error.diagnostics, in: bytes)
            return .refused
        }
        for entry in manifest.entries {
            let system = manifest.versioning?.value ?? .majorMinor
            let requirement = try VersionRequirement(parsing: entry.requirement.description, in: system)
            try expect(requirement == entry.requirement, "\(entry.requirement) reads as \(requirement)")
        }
        return .accepted
    }

    /// assets.lock, by both of its readers.
    static let lock = Parser("lock") { bytes in
        // A comment makes it one that is read as YAML.
        let (quick, slow) = (LockScanner.scan(bytes, in: .majorMinor), Array(bytes) + Array("\n# edited\n".utf8))
        let lock: Lock
        do throws(SpecReport) {
            lock = try LockFile.read(bytes, file: "assets.lock", in: .majorMinor)
        } catch {
            try expectPlaces(error.diagnostics, in: bytes)
            return .refused
        }
        if let quick {
            let read = try LockFile.read(slow, file: "assets.lock", in: .majorMinor)
            try expect(quick == read, "the scanner reads another lock than YAML's reader")
        }
        let text = Array(LockFile.text(of: lock).utf8)
        let again = try LockFile.read(text, file: "assets.lock", in: .majorMinor)
        try expect(again.assets.map(\.pin) == lock.assets.map(\.pin), "what was written has other assets")
        try expect(Array(LockFile.text(of: again).utf8) == text, "what was written is written otherwise")
        return .accepted
    }

    /// A saved plan.
    static let plan = Parser("plan") { bytes in
        do throws(Faults) {
            let sealed = try SealedPlan.read(bytes, file: "plan.json")
            let unsealed = try UnsealedPlan(sealed, file: "plan.json")
            _ = PlanTotals(unsealed.plan)
            _ = unsealed.plan.steps.compactMap { $0.content.map { PushDate.text($0.pushTime) } }
            let text = (try? JSONText.document(sealed)) ?? ""
            let again = try SealedPlan.read(Array(text.utf8), file: "plan.json")
            guard again == sealed else { throw Faults([]) }
            return .accepted
        } catch {
            guard !error.list.isEmpty else { throw Violation("what was written reads otherwise") }
            try expectShowable(ProblemText(width: 80, style: .plain).render(Problems(error).list))
            return .refused
        }
    }
}

/// The places of diagnostics lie in the text, and what is shown of them does no harm.
private func expectPlaces(_ diagnostics: [Diagnostic], in bytes: [UInt8]) throws(Violation) {
    try expect(!diagnostics.isEmpty, "it is refused without a reason")
    let lines = bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }.count
    for diagnostic in diagnostics {
        guard let excerpt = diagnostic.excerpt else { throw Violation("\(diagnostic.message) has no place") }
        let (line, column) = (excerpt.location.line, excerpt.location.column)
        try expect((1...lines).contains(line), "\(diagnostic.message): there is no line \(line)")
        // Behind the end of a line stands what is missing there.
        let end = excerpt.line.unicodeScalars.count + 1
        try expect((1...end).contains(column), "\(diagnostic.message): line \(line) has no column \(column)")
        try expect(
            excerpt.line.isEmpty || column + excerpt.length - 1 <= end,
            "\(diagnostic.message): line \(line) ends before \(excerpt.length) characters from column \(column)")
    }
    try expectShowable(DiagnosticText().render(diagnostics))
}
