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
        try checkOverlap()
        let steps = Dictionary(plan.steps.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        for resolved in plan.entries {
            guard let step = steps[resolved.pin] else {
                throw fault("an entry is `\(resolved.pin)`, which is not among its assets")
            }
            try check(resolved, step)
        }
    }

    private func check(_ resolved: ResolvedEntry, _ step: Step) throws(SealedPlanFault) {
        let entry = resolved.entry
        guard entry.name == resolved.pin.name, entry.requirement.isMet(by: resolved.pin.version) else {
            throw fault("`\(resolved.pin)` is not what the entry `\(entry.specification)` asks for")
        }
        guard let part = entry.subPart, let content = step.content else { return }
        let paths = content.objects.compactMap(\.path)
        guard paths.contains(where: { $0 == part || PathText.hasPrefix($0.text, part.text + "/") }) else {
            throw fault("`\(resolved.pin)` has no `\(part)`, which an entry names")
        }
    }

    /// No asset is in the folder of another.
    private func checkOverlap() throws(SealedPlanFault) {
        let owners = Dictionary(
            plan.steps.map { (ModelkitLayout.localPath(of: $0.pin), $0.pin) }, uniquingKeysWith: { first, _ in first })
        for pin in plan.steps.map(\.pin) {
            var folder = pin.name.text[...]
            while !folder.isEmpty {
                if let outer = owners[String(folder)] { throw fault("`\(pin)` is in the folder of `\(outer)`") }
                folder = folder.utf8.lastIndex(of: UInt8(ascii: "/")).map { folder[..<$0] } ?? ""
            }
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
        guard !content.objects.isEmpty else { throw fault("`\(step.pin)` has no files") }
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

extension Step {
    /// How it is otherwise than what the lock or the store has of the version, to follow its name; nil where it is not.
    ///
    /// - Parameter place: `the store`, `the lock`.
    func difference(from metadata: VersionMetadata, in place: String) -> String? {
        guard let content else { return nil }
        if let difference = content.difference(from: metadata, in: place) { return difference }
        let lacking = metadata.dependencies.first { dependency in
            !waitsFor.contains { $0.name == dependency.name && dependency.requirement.isMet(by: $0.version) }
        }
        return lacking.map { "depends on `\($0)` in \(place), and does not wait for it in the plan" }
    }
}

extension StepContent {
    fileprivate func difference(from metadata: VersionMetadata, in place: String) -> String? {
        if kind != metadata.kind { return "is no \(kind == .file ? "file" : "directory") in \(place)" }
        if pushTime != metadata.pushTime { return "was pushed at another time" }
        let recorded = Dictionary(metadata.objects.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for object in objects {
            let name = object.path.map { "`\($0)`" } ?? "its content"
            guard let known = recorded[object.path] else { return "has no file \(name) in \(place)" }
            if let sha256 = known.sha256, object.sha256 != sha256 {
                return "has another digest of \(name) in \(place)"
            }
            if object.sha256 == nil, let checksum = known.checksum, object.checksum != checksum {
                return "has another checksum of \(name) in \(place)"
            }
            if let size = known.size, let planned = object.size, size != planned {
                return "has another size of \(name) in \(place)"
            }
        }
        guard selection == nil, objects.count != metadata.objects.count else { return nil }
        return "has \(metadata.objects.count) files in \(place), and \(objects.count) in the plan"
    }
}
