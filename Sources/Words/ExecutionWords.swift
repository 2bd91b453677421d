package import Execution
internal import FileSystem
internal import Glibc
package import ObjectStore
package import Planning
internal import Terminal

// The words for what goes wrong while a plan is executed.

package enum ExecutionWords {
    /// A warning for objects that were fetched without the store's checksum.
    package static func unchecked(_ faults: [StoreError]) -> [String] {
        guard let first = faults.first else { return [] }
        let others = faults.count > 1 ? " and \(Units.count(faults.count - 1, "other object"))" : ""
        return [
            "could not verify \(first.address)\(others) against the store's checksum: \(first.operation.words) failed: \(first.detail?.words ?? "")"
        ]
    }
}

extension Problem {
    package init(_ failure: ExecutionFailure) {
        switch failure {
        case .store(let error): self.init(error)
        case .file(let error): self.init(error)
        case .lockTimeout(let wait): self = .lockTimeout(wait)
        case .digest(let mismatch): self = .digest(mismatch)
        case .checksum(let algorithm, let mismatch): self = .checksum(algorithm, mismatch)
        case .decoding(let address, let fault): self = .decoding(address, fault)
        case .size(let address, let expected, let actual, let recorder):
            self = .replaced(
                code: "size-mismatch",
                message: "size mismatch for \(quoted(address)): expected \(expected) bytes, got \(actual)",
                details: ["the expected size comes from \(recorder.words)"], recorder)
        }
    }

    private static func digest(_ mismatch: DigestMismatch) -> Problem {
        .replaced(
            code: "digest-mismatch", message: "SHA-256 mismatch for \(quoted(mismatch.address))",
            details: [
                "expected \(mismatch.expected) (from \(mismatch.recorder.words))", "got      \(mismatch.actual)",
            ] + [mismatch.cause?.words].compactMap(\.self), mismatch.recorder)
    }

    private static func replaced(
        code: String, message: String, details: [String], _ recorder: DigestRecorder
    ) -> Problem {
        Problem(
            code: code, message: message, details: details + [notInstalled],
            hint:
                "it changed after \(recorder.words) was written: push the asset as a new version, or, if the new content "
                + "is correct, \(recorder.correction)",
            exitStatus: 6)
    }

    private static let notInstalled = "the asset was not installed"

    private static func checksum(_ algorithm: String, _ mismatch: DigestMismatch) -> Problem {
        let message =
            "checksum mismatch for \(quoted(mismatch.address)): \(algorithm) expected \(mismatch.expected), got "
            + mismatch.actual
        guard mismatch.recorder != .lock else {
            return .replaced(
                code: "checksum-mismatch", message: message,
                details: ["the expected checksum comes from \(mismatch.recorder.words)"], .lock)
        }
        return Problem(
            code: "checksum-mismatch", message: message,
            details: ["the expected checksum comes from the store", notInstalled],
            hint:
                "run again; if the mismatch persists, the stored copy is damaged: push the asset as a new version",
            exitStatus: 6)
    }

    private static func decoding(_ address: String, _ fault: DecodingFault) -> Problem {
        Problem(
            code: "undecodable", message: "cannot decode \(quoted(address))",
            details: ["its Content-Encoding header says gzip, but \(fault.words)", notInstalled],
            hint: "clear the object's Content-Encoding, or push the asset as a new version",
            exitStatus: 6)
    }

    private static func lockTimeout(_ wait: LockWait) -> Problem {
        let holder = wait.holder.map { "held by \($0.escapedForTerminal)" } ?? "the holder is unknown"
        return Problem(
            code: "lock-timeout",
            message: "cannot lock \(quoted(wait.path)): timed out after \(seconds(wait.limit))",
            details: [holder],
            hint: "wait for that process to end and run again, or raise the timeout with "
                + "MODELKIT_ASSETS_TIMEOUT_S=\(Int(min(max(wait.limit, 1) * 10, 86_400)))",
            exitStatus: 9)
    }
}

extension DigestRecorder {
    package var words: String {
        switch self {
        case .spec: "the spec"
        case .lock: "the lockfile"
        case .store: "the asset's `.meta`"
        }
    }

    /// What makes right content right.
    fileprivate var correction: String {
        switch self {
        case .spec: "correct the spec"
        case .lock: "remove the asset from the lockfile and run `modelkit-assets lock`"
        case .store: "correct its `.meta`"
        }
    }
}

extension MismatchCause {
    fileprivate var words: String {
        switch self {
        case .truncated(let bytes): "it is \(bytes) bytes too short: the upload was truncated"
        case .page: "the content is an HTML page, such as a proxy's or a login page"
        case .errorDocument: "the content is an error message of a store"
        case .pointer: "the content is a Git LFS pointer: run `git lfs pull` before pushing"
        case .empty: "the content is empty"
        }
    }
}

// MARK: - Pieces

package func quoted(_ text: String) -> String { "`\(text.escapedForTerminal)`" }

package func lowerFirst(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }

private func seconds(_ count: Double) -> String { count == 1 ? "1 second" : "\(trimmed(count)) seconds" }

private func trimmed(_ count: Double) -> String {
    count == count.rounded() && abs(count) < 1e15 ? "\(Int64(count))" : "\(count)"
}
