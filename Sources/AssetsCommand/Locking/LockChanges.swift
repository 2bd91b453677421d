internal import AssetModel
internal import Planning

/// What a resolution asks of a lock that it does not have.
struct LockChanges: Sendable {
    /// A sentence each, in the order of the assets.
    let sentences: [String]

    var isEmpty: Bool { sentences.isEmpty }

    init(from lock: Lock, to resolved: Resolved) {
        let old = Dictionary(lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(resolved.all.choices.map(\.pin))
        let oldVersions = Dictionary(grouping: old.keys, by: \.name)
        let newVersions = Dictionary(grouping: new, by: \.name)
        var sentences: [(AssetName, String)] = []
        for name in Set(oldVersions.keys).union(newVersions.keys) {
            let (before, after) = (Set(oldVersions[name] ?? []), Set(newVersions[name] ?? []))
            guard before != after else { continue }
            sentences.append((name, Self.sentence(name, before.subtracting(after), after.subtracting(before))))
        }
        for pin in new.sorted() {
            guard let asset = old[pin] else { continue }
            let (was, now) = (Set(asset.dependencies.map(\.pin)), Set((resolved.declared[pin] ?? []).map(\.pin)))
            guard was != now else { continue }
            let pins = now.sorted().map { "`\($0)`" }
            sentences.append((pin.name, "`\(pin)` would depend on \(pins.isEmpty ? "nothing" : enumeration(pins))"))
        }
        self.sentences = sentences.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    }

    private static func sentence(_ name: AssetName, _ gone: Set<AssetPin>, _ come: Set<AssetPin>) -> String {
        let (gone, come) = (gone.map(\.version).sorted().map(\.text), come.map(\.version).sorted().map(\.text))
        switch (gone.isEmpty, come.isEmpty) {
        case (true, _): return "`\(name)` \(enumeration(come)) would be added"
        case (_, true): return "`\(name)` \(enumeration(gone)) would be removed"
        default: return "`\(name)` would change from \(enumeration(gone)) to \(enumeration(come))"
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
