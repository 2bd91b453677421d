internal import AssetModel
internal import Planning

/// Whether a sealed plan, which anybody may have written, agrees with itself.
struct SealedPlanChecks: Sendable {
    private let sealed: SealedPlan
    private let plan: Plan

    init(_ sealed: SealedPlan, _ plan: Plan) {
        self.sealed = sealed
        self.plan = plan
    }

    /// - Throws: `SealedPlanFault`, the first one.
    func check() throws(SealedPlanFault) {
        var earlier: Set<AssetPin> = []
        for (asset, step) in zip(sealed.assets, plan.steps) {
            guard !earlier.contains(step.pin) else { throw fault("`\(step.pin)` is in it twice") }
            // So nothing waits for itself, nor for what waits for it.
            for pin in step.waitsFor where !earlier.contains(pin) {
                throw fault("`\(step.pin)` waits for `\(pin)`, which does not come before it")
            }
            earlier.insert(step.pin)
            try check(asset, step)
        }
        for entry in plan.entries where !earlier.contains(entry.pin) {
            throw fault("an entry is `\(entry.pin)`, which is not among its assets")
        }
    }

    private func check(_ asset: SealedPlan.Asset, _ step: Step) throws(SealedPlanFault) {
        guard let content = step.content else {
            guard step.action == .keep else { throw fault("`\(step.pin)` is to be fetched, and has no content") }
            guard asset.local == "complete" || asset.local == "there in part" else {
                throw fault("`\(step.pin)` is to be kept, and was \(asset.local)")
            }
            return
        }
        guard step.action != .keep else { throw fault("`\(step.pin)` is to be kept, and has content to fetch") }
        for object in asset.objects {
            for size in [object.storedSize, object.size ?? 0] where !(0...ByteSum.largestObject).contains(size) {
                throw fault("`\(step.pin)` has a file of \(size) bytes")
            }
        }
        try checkPaths(content, of: step.pin)
    }

    private func checkPaths(_ content: StepContent, of pin: AssetPin) throws(SealedPlanFault) {
        let paths = content.objects.compactMap(\.path)
        guard content.kind == .directory else {
            guard paths.isEmpty, content.objects.count == 1 else { throw fault("`\(pin)` is a file, and has parts") }
            return
        }
        guard paths.count == content.objects.count else { throw fault("a file of `\(pin)` has no path") }
        let files = Set(paths)
        guard files.count == paths.count else { throw fault("a file of `\(pin)` is in it twice") }
        for path in paths {
            var parent = path.parent
            while let folder = parent {
                if files.contains(folder) { throw fault("`\(folder)` of `\(pin)` is both a file and a folder") }
                parent = folder.parent
            }
        }
    }

    private func fault(_ description: String) -> SealedPlanFault { SealedPlanFault(description: description) }
}

extension StepContent {
    /// How it is otherwise than what the store lists of the version, to follow its name; nil where it is not.
    func difference(from metadata: VersionMetadata) -> String? {
        if kind != metadata.kind { return "is no \(kind == .file ? "file" : "directory") in the store" }
        if pushTime != metadata.pushTime { return "was pushed at another time" }
        let recorded = Dictionary(metadata.objects.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for object in objects {
            let name = object.path.map { "`\($0)`" } ?? "its content"
            guard let known = recorded[object.path] else { return "has no file \(name) in the store" }
            if let sha256 = known.sha256, object.sha256 != sha256 {
                return "has another digest of \(name) in the store"
            }
        }
        guard selection == nil, objects.count != metadata.objects.count else { return nil }
        return "has \(metadata.objects.count) files in the store, and \(objects.count) in the plan"
    }
}
