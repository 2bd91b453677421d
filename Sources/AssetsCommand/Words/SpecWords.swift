internal import AssetModel
internal import FileSystem
internal import Operations
internal import SpecFile

// The words for what is the matter with a spec, and for what was edited in it.

extension Problem {
    /// A fault of the spec file.
    init(_ diagnostic: Diagnostic) {
        self.init(
            code: diagnostic.code, message: diagnostic.message,
            details: diagnostic.expected.map { ["expected \($0)"] } ?? [], hint: diagnostic.hint,
            excerpt: diagnostic.excerpt, exitStatus: 3)
    }

    init(_ fault: SpecFileFault) {
        switch fault {
        case .standardInput:
            self.init(code: "spec-file", message: "standard input cannot be edited", exitStatus: 64)
        case .unreadable(let error, let path):
            let hint =
                error.isMissing && path == Workspace.defaultSpec
                ? "pass the path of a spec file, or create one with `modelkit-assets init`" : nil
            self.init(
                code: "spec-file", message: "cannot read the spec file `\(path)`: \(error.reason)", hint: hint,
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

    init(_ fault: EditFault) {
        switch fault {
        case .severalEntries(let name, let lines, let path):
            self.init(
                code: "several-entries", message: "`\(path)` has \(lines.count) entries for `\(name)`",
                details: ["lines \(enumeration(lines.map { "\($0)" }))"], hint: "edit them by hand", exitStatus: 3)
        case .noEntry(let name, let path, let nearest):
            self.init(
                code: "no-entry", message: "`\(path)` has no entry for `\(name)`",
                hint: nearest.map { "did you mean `\($0)`?" }, exitStatus: 5)
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
    func line(in path: String) -> String {
        switch self {
        case .added(let specification): "added `\(specification)` to \(path)"
        case .changed(let old, let new): "changed `\(old)` to `\(new)` in \(path)"
        case .removed(let specification): "removed `\(specification)` from \(path)"
        }
    }
}
