package import AssetModel
internal import FileSystem
package import Operations
internal import Planning
internal import SpecFile
internal import Terminal

// The words for what is the matter with a spec, and for what was edited in it.

extension Problem {
    /// A fault of the spec file.
    package init(_ diagnostic: Diagnostic) {
        self.init(
            code: diagnostic.code, message: diagnostic.message,
            details: diagnostic.expected.map { ["expected \($0)"] } ?? [], hint: diagnostic.hint,
            excerpt: diagnostic.excerpt, exitStatus: 3)
    }

    package init(_ fault: SpecFileFault) {
        switch fault {
        case .standardInput:
            self.init(code: "spec-file", message: "standard input cannot be edited", exitStatus: 64)
        case .unreadable(let error, let path, let above):
            self.init(
                code: "spec-file", message: "cannot read the spec file `\(path)`: \(error.reason)",
                hint: above.map { "did you mean `\($0)`?" } ?? (error.isMissing ? Self.creation(of: path) : nil),
                exitStatus: 3)
        case .unwritable(let error, let path):
            self.init(
                code: "spec-file", message: "cannot write the spec file `\(path)`: \(error.reason)",
                hint: "make its directory writable", exitStatus: 9)
        case .layout(let fault, let path):
            self.init(
                code: "spec-layout",
                message: "cannot edit `\(path)`: the layout of its list of assets is not supported",
                hint: fault.line.map { "add `\($0)` by hand, then run `modelkit-assets lock`" }
                    ?? "remove the entry by hand, then run `modelkit-assets lock`",
                exitStatus: 3)
        }
    }

    private static func creation(of path: String) -> String {
        if let name = assetName(path) {
            return "the argument is the path of a spec file; for an asset, run `modelkit-assets fetch \(path)` or "
                + "`modelkit-assets why \(path)`, or pass `--upgrade-asset \(name)` to resolve or lock"
        }
        return path == Workspace.defaultSpec
            ? "pass the path of a spec file, or create one with `modelkit-assets init`"
            : "check the path, or create the file with `modelkit-assets init \(path)`"
    }

    /// The name of the asset that a path may be meant for; nil where it looks like that of a spec file.
    private static func assetName(_ path: String) -> AssetName? {
        guard ![".yaml", ".yml"].contains(where: path.hasSuffix) else { return nil }
        return try? AssetName(String(path.prefix { $0 != ":" }))
    }

    package init(_ fault: EditFault) {
        switch fault {
        case .severalEntries(let name, let lines, let path):
            self.init(
                code: "several-entries", message: "`\(path)` has \(lines.count) entries for `\(name)`",
                details: ["lines \(enumeration(lines.map { "\($0)" }))"], hint: "edit them by hand", exitStatus: 3)
        case .noEntry(let name, let path, let nearest):
            self.init(
                code: "no-entry", message: "`\(path)` has no entry for `\(name)`",
                hint: nearest.map { "did you mean `\($0)`?" }
                    ?? "`modelkit-assets why \(name)` shows whether another asset requires it", exitStatus: 5)
        case .unknownAsset(let name, let path, let nearest):
            self.init(
                code: "no-entry", message: "neither `\(path)` nor its lockfile has `\(name)`",
                hint: nearest.map { "did you mean `\($0)`?" }, exitStatus: 5)
        case .requirement(let fault, let system): self.init(fault, in: system)
        }
    }

    private init(_ fault: VersionRequirementFault, in system: VersioningSystem) {
        let what =
            switch fault {
            case .notAVersion(let text): "`\(text)` is not a \(system.name) version (\(system.form))"
            case .notAComparator(let text): "missing comparator in `\(text)`"
            }
        self.init(
            code: "requirement", message: "invalid requirement: \(what)",
            hint: "write a version, or comparators joined by commas, such as '>=1.2, <3'", exitStatus: 64)
    }
}

extension SpecEdit {
    /// What was done.
    package func line(in path: String) -> String {
        switch self {
        case .added(let specification): "added `\(specification.phrase)` to \(path)"
        case .changed(let old, let new): "changed `\(old.phrase)` to `\(new.phrase)` in \(path)"
        case .removed(let specification): "removed `\(specification.phrase)` from \(path)"
        }
    }
}

extension [LaterVersion] {
    /// How many are told one by one.
    private static let limit = 5

    package var lines: [String] {
        guard count <= Self.limit else {
            return ["\(count) assets have later versions than allowed: `modelkit-assets outdated` shows them"]
        }
        return map { later in
            "\(later.pin.name) \(later.pin.version) is outside \(later.demand.words)"
                + (later.demand.isOfEntry ? ": `modelkit-assets upgrade --latest \(later.pin.name)` allows it" : "")
        }
    }
}

// MARK: - A new spec

extension StoreOffer {
    /// Comments for the end of a new spec file; they are of the day on which it is made.
    package var comments: [String] {
        guard case .assets(let assets, _, let hasMore) = self, !assets.isEmpty else { return [] }
        let entries = assets.map { ("#  - \($0.specification)", $0.latest) }
        let width = max(34, entries.map(\.0.count).max() ?? 0)
        let title = hasMore ? "# Some of what the store had" : "# What the store had"
        return ["\(title) when this file was made; `modelkit-assets list` prints what it has now:"]
            + entries.map { "\(TextWidth.padded($0.0, to: width))  # latest: \($0.1)" }
    }

    /// What came of asking the store; nil where none is set.
    package func remark(in file: String) -> String? {
        switch self {
        case .noStore: nil
        case .assets(let assets, let store, _):
            assets.isEmpty
                ? "\(store) has no assets yet"
                : "\(file) lists \(Units.count(assets.count, "asset")) of \(store), as comments"
        case .late(let store):
            "\(store) was not listed: no answer within \(Units.count(StoreOffering.patience, "second"))"
        case .failed(let faults):
            "the store was not listed" + (Problems(faults).list.first.map { ": \($0.message)" } ?? "")
        }
    }
}

extension ProjectStore {
    /// What a new spec file leaves to the environment; nil where it is nothing.
    package var remark: String? {
        unwrittenEndpoint.map {
            "the endpoint (\($0)) was not written: set it wherever the project is used, or pass --endpoint to write it"
        }
    }
}
