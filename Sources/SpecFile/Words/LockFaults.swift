import AssetModel
import Planning

// The words for what is wrong with a lock.

extension SpecFault {
    static func missingInLock(_ key: String, _ expected: SpecExpectation) -> SpecFault {
        lock("missing `\(key)`", expected: expected.words)
    }

    static func lockedTwice(_ pin: AssetPin, line: Int) -> SpecFault {
        lock("duplicate entry for `\(pin)`; the first is on line \(line)")
    }

    static func lockedFiles(of pin: AssetPin, _ kind: AssetKind) -> SpecFault {
        lock(
            "invalid `files` of `\(pin)` for a \(kind.rawValue)", expected: SpecExpectation.files(of: kind).words)
    }

    static func lockValue(_ key: String, _ text: String, _ expected: LockValue) -> SpecFault {
        lock("invalid `\(key)` \(quoted(text))", expected: expected.expectation)
    }

    static func wrongTypeInLock(
        _ node: YAMLNode, for subject: SpecSubject, _ expected: SpecExpectation
    ) -> SpecFault {
        lock("wrong type of \(subject.words): \(node.kind)", expected: expected.words)
    }

    private static func lock(_ message: String, expected: String? = nil) -> SpecFault {
        SpecFault(
            "lock", message, expected: expected,
            hint: "the lockfile is generated: restore it from version control, or remove it and run "
                + "`modelkit-assets lock`")
    }

    static func mixed(_ pin: AssetPin) -> SpecFault {
        SpecFault(
            "lock-mixed", "the entry of `\(pin)` does not match its digest, as after a faulty merge",
            expected: "lines that match its `digest`",
            hint: "run `modelkit-assets lock`: it keeps the version and reads its files from the store again")
    }

    static func lockVersion(_ text: String) -> SpecFault {
        SpecFault(
            "lock-version", "unsupported lockfile version \(quoted(text))",
            expected: "`\(LockFile.formatVersion)`",
            hint: "it was written by a newer modelkit-assets: upgrade this one")
    }

    static let conflict = SpecFault(
        "merge-conflict", "unresolved merge conflict", expected: "no conflict markers",
        hint: "take either side of each conflict, then run `modelkit-assets lock`")
}
