internal import Execution
internal import FileSystem
internal import Glibc
internal import ObjectStore
internal import Planning
internal import Terminal

// The words for what goes wrong while a plan is executed.

enum ExecutionWords {
    /// A warning for objects that were fetched without the store's checksum.
    static func unchecked(_ faults: [StoreError]) -> [String] {
        guard let first = faults.first else { return [] }
        let others = faults.count > 1 ? " and \(Units.count(faults.count - 1, "other object"))" : ""
        return [
            "\(first.address)\(others) could not be compared with the store's checksum: \(first.operation) failed: \(first.detail)"
        ]
    }
}

extension Problem {
    init(_ failure: ExecutionFailure) {
        switch failure {
        case .store(let error): self.init(error)
        case .file(let error): self.init(error)
        case .lockTimeout(let wait): self = .lockTimeout(wait)
        case .digest(let mismatch): self = .digest(mismatch)
        case .checksum(let algorithm, let mismatch): self = .checksum(algorithm, mismatch)
        case .decoding(let address, let detail): self = .decoding(address, detail)
        case .size(let address, let expected, let actual, let recorder):
            self = .replaced(
                code: "size-mismatch", message: "\(quoted(address)) does not have the size that it should have",
                details: ["\(recorder.words) says \(expected) bytes", "the store's has \(actual) bytes"], recorder)
        }
    }

    private static func digest(_ mismatch: DigestMismatch) -> Problem {
        .replaced(
            code: "digest-mismatch",
            message: "the content of \(quoted(mismatch.address)) does not match its SHA-256 digest",
            details: mismatch.digests
                + [mismatch.cause?.words].compactMap(\.self), mismatch.recorder)
    }

    private static func replaced(
        code: String, message: String, details: [String], _ recorder: DigestRecorder
    ) -> Problem {
        Problem(
            code: code, message: message, details: details + ["nothing of the asset was put in place"],
            hint:
                "it was replaced or damaged after \(recorder.words) was written: push the asset as a new version, or, if "
                + "the new content is right, \(recorder.correction)",
            exitStatus: 6)
    }

    private static func checksum(_ algorithm: String, _ mismatch: DigestMismatch) -> Problem {
        guard mismatch.recorder != .lock else {
            return .replaced(
                code: "checksum-mismatch",
                message:
                    "the content of \(quoted(mismatch.address)) does not have the \(algorithm) that it should have",
                details: mismatch.digests,
                .lock)
        }
        return Problem(
            code: "checksum-mismatch",
            message: "what arrived of \(quoted(mismatch.address)) does not have the \(algorithm) that the store tells",
            details: [
                "the store says    \(mismatch.expected)", "what arrived has  \(mismatch.actual)",
                "nothing of the asset was put in place",
            ],
            hint:
                "run again: it was damaged on its way, by a proxy perhaps; if it stays so, the store's copy is damaged: "
                + "push the asset as a new version",
            exitStatus: 6)
    }

    private static func decoding(_ address: String, _ detail: String) -> Problem {
        Problem(
            code: "undecodable", message: "\(quoted(address)) cannot be decoded",
            details: [
                "\(detail), and the store says `Content-Encoding: gzip`", "nothing of the asset was put in place",
            ],
            hint:
                "whoever pushed it gave it an encoding that it does not have: clear the object's Content-Encoding, or "
                + "push the asset as a new version",
            exitStatus: 6)
    }

    private static func lockTimeout(_ wait: LockWait) -> Problem {
        let holder = wait.holder.map { "\($0.escapedForTerminal) holds it" } ?? "the system does not say who holds it"
        return Problem(
            code: "lock-timeout",
            message: "cannot lock \(quoted(wait.path)): another process has held it for \(seconds(wait.limit))",
            details: [holder],
            hint: "wait for that process to end and run again, or wait for longer with "
                + "MODELKIT_ASSETS_TIMEOUT_S=\(Int(min(max(wait.limit, 1) * 10, 86_400)))",
            exitStatus: 9)
    }
}

extension DigestMismatch {
    /// Both, under each other.
    fileprivate var digests: [String] {
        let (says, has) = ("\(recorder.words) says", "what arrived has")
        let width = max(says.count, has.count)
        func padded(_ text: String) -> String { text + String(repeating: " ", count: width - text.count) }
        return ["\(padded(says))  \(expected)", "\(padded(has))  \(actual)"]
    }
}

extension DigestRecorder {
    var words: String {
        switch self {
        case .spec: "the spec"
        case .lock: "the lock"
        case .store: "the asset's `.meta`"
        }
    }

    /// What makes right content right.
    fileprivate var correction: String {
        switch self {
        case .spec: "correct the spec"
        case .lock: "remove the asset from the lock and run `modelkit-assets lock`"
        case .store: "correct its `.meta`"
        }
    }
}

extension MismatchCause {
    fileprivate var words: String {
        switch self {
        case .truncated(let bytes): "it is \(bytes) bytes shorter than it should be: it was cut off when it was pushed"
        case .page: "it is an HTML page: a proxy or a login page was pushed, or answered, in its place"
        case .errorDocument: "it is a store's error message: that was pushed, or answered, in its place"
        case .pointer: "it is a pointer of git-lfs: `git lfs pull` was not run before it was pushed"
        case .empty: "it is empty"
        }
    }
}

// MARK: - The store

extension Problem {
    /// ```
    /// error: cannot get `s3://acme-models/nlp/lexicon.versions`: access denied
    ///   the store said: AccessDenied (request 4711)
    ///   hint: …
    /// ```
    init(_ error: StoreError) {
        let words = StoreErrorWords(error.kind)
        let said = error.detail.escapedForTerminal
        self.init(
            code: words.code,
            message: "cannot \(error.operation.escapedForTerminal) \(quoted(error.address)): \(words.reason)",
            details: (said.isEmpty ? [] : ["\(words.speaker): \(said)"]) + error.notes.map(\.escapedForTerminal),
            hint: error.remedy?.escapedForTerminal ?? words.hint, exitStatus: words.exitStatus)
    }
}

/// What a kind of store error means for whoever reads it.
private struct StoreErrorWords {
    let code: String
    let reason: String
    let hint: String
    let exitStatus: Int32
    /// Whose words the detail is.
    var speaker = "the store said"

    init(_ kind: StoreError.Kind) {
        switch kind {
        case .notFound: self = .notFound
        case .permissionDenied: self = .permissionDenied
        case .unauthenticated: self = .unauthenticated
        case .credentialsUnavailable: self = .credentialsUnavailable
        case .changed, .invalidRange: self = .changed
        case .unavailable: self = .unavailable
        case .invalidAnswer: self = .invalidAnswer
        case .misconfigured: self = .misconfigured
        case .unusableSettings: self = .unusableSettings
        }
    }

    private init(code: String, reason: String, hint: String, exitStatus: Int32, speaker: String = "the store said") {
        self.code = code
        self.reason = reason
        self.hint = hint
        self.exitStatus = exitStatus
        self.speaker = speaker
    }

    private static let notFound = StoreErrorWords(
        code: "store-not-found", reason: "it does not exist",
        hint: "check the bucket and the prefix with `modelkit-assets check`; if they are right, the asset was not "
            + "pushed whole: push it again as a new version",
        exitStatus: 5)
    private static let permissionDenied = StoreErrorWords(
        code: "permission-denied", reason: "these credentials may not do that",
        hint: "`modelkit-assets check` shows whose credentials they are; `modelkit-assets check --policy` prints the "
            + "rights that they need",
        exitStatus: 4)
    private static let unauthenticated = StoreErrorWords(
        code: "unauthenticated", reason: "there are no credentials, or they were not accepted",
        hint: "`modelkit-assets check` shows where credentials were looked for and which were used", exitStatus: 4)
    private static let credentialsUnavailable = StoreErrorWords(
        code: "credentials-unavailable", reason: "whoever hands them out cannot be reached or keeps failing",
        hint: "check the address, the network and the proxy, and run again", exitStatus: 8)
    private static let changed = StoreErrorWords(
        code: "object-changed", reason: "it changed while it was being read",
        hint: "versions are not meant to change: find out who writes to it, then run again", exitStatus: 6)
    private static let unavailable = StoreErrorWords(
        code: "store-unavailable", reason: "the store cannot be reached or keeps failing",
        hint: "run again, and what arrived is kept; `modelkit-assets check` looks at the address, proxy and clock, and "
            + "MODELKIT_STORAGE_TIMEOUT_S sets for how long to keep trying",
        exitStatus: 8, speaker: "the last failure")
    private static let invalidAnswer = StoreErrorWords(
        code: "invalid-answer", reason: "the answer is not what the protocol says",
        hint: "a proxy or a wrong endpoint may answer in the store's place: `modelkit-assets check` shows both",
        exitStatus: 8, speaker: "what is wrong")
    private static let unusableSettings = StoreErrorWords(
        code: Problem.storeSettings, reason: "its settings cannot be used",
        hint: "`modelkit-assets check` shows every setting and where it came from", exitStatus: 3,
        speaker: "what is wrong")
    private static let misconfigured = StoreErrorWords(
        code: "misconfigured-store", reason: "the settings name no store that can be used",
        hint: "`modelkit-assets check` shows every setting and where it came from", exitStatus: 8,
        speaker: "what is wrong")
}

// MARK: - Files

extension Problem {
    init(_ error: FileError) {
        let reason = error.refusal.map { "it \($0.escapedForTerminal)" } ?? lowerFirst(error.reason)
        let words = FileErrorWords(error)
        self.init(
            code: words.code, message: "cannot \(error.attempt.escapedForTerminal) \(quoted(error.path)): \(reason)",
            hint: words.hint, exitStatus: 9)
    }
}

/// What a file error means for whoever reads it.
private struct FileErrorWords {
    let code: String
    let hint: String

    init(_ error: FileError) {
        (code, hint) =
            switch error {
            case _ where error.isNoSpace:
                ("disk-full", "make room (or raise the quota) and run again: what arrived is kept")
            case _ where error.isReadOnly:
                (
                    "read-only",
                    "mount it writable, or name another folder with MODELKIT_ASSETS_DIR; a run that has nothing to "
                        + "fetch needs no writing"
                )
            case _ where error.code == EACCES || error.code == EPERM:
                (
                    "not-permitted",
                    "give the user who runs this the right to it, or name another folder with MODELKIT_ASSETS_DIR"
                )
            case _ where error.code == ELOOP || error.refusal?.contains("symbolic link") == true:
                (
                    "symbolic-link",
                    "nothing below the assets directory is written or read through a symbolic link: remove it, or make "
                        + "it a folder"
                )
            default: ("file-error", "`modelkit-assets check` looks at the assets directory, its rights and its space")
            }
    }
}

// MARK: - Pieces

private func quoted(_ text: String) -> String { "`\(text.escapedForTerminal)`" }

func lowerFirst(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }

private func seconds(_ count: Double) -> String { count == 1 ? "1 second" : "\(trimmed(count)) seconds" }

private func trimmed(_ count: Double) -> String {
    count == count.rounded() && abs(count) < 1e15 ? "\(Int64(count))" : "\(count)"
}
