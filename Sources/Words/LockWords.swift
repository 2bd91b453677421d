internal import AssetModel
internal import FileSystem
package import Operations
package import Planning

// The words for what is the matter with a lock.

extension LockChanges {
    /// What would change, a sentence each, in the order of the assets.
    package var sentences: [String] {
        let all = versions.map { ($0.name, $0.sentence) } + dependencies.map { ($0.pin.name, $0.sentence) }
        return all.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    }

    /// What was done once the lockfile is written, a line for each asset whose versions changed.
    ///
    /// - Parameter path: the lock's.
    package func lines(in path: String) -> [String] { versions.map { $0.line(in: path) } }

    /// - Parameters:
    ///   - path: the lock's.
    ///   - spec: the spec's.
    package func problem(_ path: String, spec: String) -> Problem {
        let sentences = sentences
        return Problem(
            code: "lock-outdated", message: "the lockfile `\(path)` is out of date with `\(spec)`",
            details: Array(sentences.prefix(20)) + (sentences.count > 20 ? ["and \(sentences.count - 20) more"] : []),
            hint: "run `modelkit-assets lock \(spec)` and commit `\(path)`", exitStatus: 7)
    }
}

extension LockChanges.Versions {
    fileprivate var sentence: String {
        switch (removed.isEmpty, added.isEmpty) {
        case (true, _): "`\(name)` \(texts(added)) would be added"
        case (_, true): "`\(name)` \(texts(removed)) would be removed"
        default: "`\(name)` would change from \(texts(removed)) to \(texts(added))"
        }
    }

    fileprivate func line(in path: String) -> String {
        switch (removed.isEmpty, added.isEmpty) {
        case (true, _): "locked \(name) \(texts(added))"
        // `removed` alone could be of the assets directory.
        case (_, true): "removed \(name) \(texts(removed)) from \(path)"
        default: "updated \(name) \(texts(removed)) → \(texts(added))"
        }
    }

    private func texts(_ versions: [AssetVersion]) -> String { enumeration(versions.map(\.text)) }
}

extension LockChanges.Dependencies {
    fileprivate var sentence: String {
        let pins = new.map { "`\($0)`" }
        return "`\(pin)` would depend on \(pins.isEmpty ? "nothing" : enumeration(pins))"
    }
}

extension Problem {
    package init(_ fault: LockFault) {
        switch fault {
        case .besideStandardInput:
            self.init(
                code: "no-lock", message: "a spec read from standard input has no lockfile",
                hint: "write the spec to a file, or pass --no-lock", exitStatus: 64)
        case .missing(let path, let spec):
            self.init(
                code: "no-lock", message: "missing lockfile `\(path)`",
                hint: "run `modelkit-assets lock \(spec)` and commit `\(path)`", exitStatus: 7)
        case .ofPlanIsGone(let path):
            self.init(
                code: "no-lock", message: "the plan's lockfile `\(path)` no longer exists",
                hint: "restore it, or create a new plan", exitStatus: 3)
        case .unreadable(let error, let path):
            self.init(code: "lock-file", message: "cannot read the lockfile `\(path)`: \(error.reason)", exitStatus: 3)
        case .unwritable(let error, let path):
            self.init(
                code: "lock-file", message: "cannot write the lockfile `\(path)`: \(error.reason)",
                hint: "make its directory writable, commit the lockfile and pass --locked, or pass --no-lock",
                exitStatus: 9)
        case .outdated(let changes, let path, let spec): self = changes.problem(path, spec: spec)
        case .notLocked(let name):
            self.init(
                code: "not-locked", message: "the lockfile has no version of `\(name)` that satisfies its dependents",
                hint: "run `modelkit-assets lock` and commit the lockfile", exitStatus: 7)
        }
    }
}

extension Session {
    /// What an upgrade in this session cannot know, behind what it came to; nil where the store was asked.
    package var limitOfUpgrades: String? {
        if settings.isOffline { return offlineLimit }
        return settings.provider == nil ? "compared with the assets directory alone (no storage provider is set)" : nil
    }
}

package let offlineLimit = "compared with the assets directory alone (--offline)"
