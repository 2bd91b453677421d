internal import AssetModel
internal import Planning

/// What a resolution asks of a lock that it does not have.
struct LockChanges: Sendable {
    /// The versions of one asset that go and come.
    private struct Change {
        let name: AssetName
        let gone: [String]
        let come: [String]
    }

    /// A sentence each, in the order of the assets.
    let sentences: [String]
    /// What was done once the lockfile is written, a line for each asset whose versions changed.
    let lines: [String]

    var isEmpty: Bool { sentences.isEmpty }

    init(from lock: Lock, to resolved: Resolved) {
        let old = Dictionary(lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(resolved.all.choices.map(\.pin))
        let oldVersions = Dictionary(grouping: old.keys, by: \.name)
        let newVersions = Dictionary(grouping: new, by: \.name)
        var sentences: [(AssetName, String)] = []
        var changes: [Change] = []
        for name in Set(oldVersions.keys).union(newVersions.keys) {
            let (before, after) = (Set(oldVersions[name] ?? []), Set(newVersions[name] ?? []))
            guard before != after else { continue }
            let change = Change(
                name: name, gone: Self.texts(before.subtracting(after)), come: Self.texts(after.subtracting(before)))
            changes.append(change)
            sentences.append((name, Self.sentence(change)))
        }
        lines = changes.sorted { $0.name < $1.name }.map(Self.line)
        for pin in new.sorted() {
            guard let asset = old[pin] else { continue }
            let (was, now) = (Set(asset.dependencies.map(\.pin)), Set((resolved.declared[pin] ?? []).map(\.pin)))
            guard was != now else { continue }
            let pins = now.sorted().map { "`\($0)`" }
            sentences.append((pin.name, "`\(pin)` would depend on \(pins.isEmpty ? "nothing" : enumeration(pins))"))
        }
        self.sentences = sentences.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    }

    private static func texts(_ pins: Set<AssetPin>) -> [String] { pins.map(\.version).sorted().map(\.text) }

    private static func sentence(_ change: Change) -> String {
        switch (change.gone.isEmpty, change.come.isEmpty) {
        case (true, _): "`\(change.name)` \(enumeration(change.come)) would be added"
        case (_, true): "`\(change.name)` \(enumeration(change.gone)) would be removed"
        default: "`\(change.name)` would change from \(enumeration(change.gone)) to \(enumeration(change.come))"
        }
    }

    private static func line(_ change: Change) -> String {
        switch (change.gone.isEmpty, change.come.isEmpty) {
        case (true, _): "locked \(change.name) \(enumeration(change.come))"
        case (_, true): "removed \(change.name) \(enumeration(change.gone))"
        default: "updated \(change.name) \(enumeration(change.gone)) → \(enumeration(change.come))"
        }
    }

    /// - Parameters:
    ///   - path: the lock's.
    ///   - spec: the spec's.
    func problem(_ path: String, spec: String) -> Problem {
        Problem(
            code: "lock-outdated", message: "the lock `\(path)` does not have what `\(spec)` asks for",
            details: Array(sentences.prefix(20)) + (sentences.count > 20 ? ["and \(sentences.count - 20) more"] : []),
            hint: "run `modelkit-assets lock \(spec)` and commit `\(path)`", exitStatus: 7)
    }
}
