internal import ArgumentParser
internal import Operations
internal import Words

/// Which file is edited, and how far it goes.
struct SpecEditOptions: ParsableArguments {
    @Option(help: .spec, completion: .spec)
    var file = SpecOptions.defaultFile

    @Flag(help: "Edit only the spec file, without contacting the store")
    var noLock = false

    @Flag(help: "Print what would change, and write nothing")
    var dryRun = false

    /// Edits the spec, and tells what was done.
    func run(_ request: SpecEditRequest, _ flags: SettingFlags, _ shell: Shell) async throws(Faults) {
        let options = try SpecEditing.Options(path: file, locks: !noLock, isDry: dryRun)
        let editing = try shell.begin(.spec(file), flags) { (workspace, retries) throws(Faults) in
            try SpecEditing(options, workspace, retries, shell)
        }
        let result = try await editing.run(request)
        let lockLines = result.lockChanges?.lines(in: SpecLock.path(besides: file)) ?? []
        for line in result.edits.map({ $0.line(in: file) }) + lockLines { shell.remark(line) }
        if !result.isSpecChanged, result.lockChanges == nil {
            shell.remark("nothing to change\(request.isUpgrade && flags.isOffline ? ", \(offlineLimit)" : "")")
        } else if dryRun {
            shell.remark("dry run: nothing was written")
        }
        for line in result.later.lines { shell.remark(line) }
    }
}

extension SpecEditRequest {
    fileprivate var isUpgrade: Bool { if case .upgrade = self { true } else { false } }
}
