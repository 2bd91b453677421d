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
            guard !earlier.contains(step.pin) else { throw .twice(step.pin) }
            // So nothing waits for itself, nor for what waits for it.
            for pin in step.waitsFor where !earlier.contains(pin) {
                throw .waits(step.pin, for: pin)
            }
            earlier.insert(step.pin)
            try check(asset, step)
        }
        try checkOverlap()
        let steps = Dictionary(plan.steps.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        for resolved in plan.entries {
            guard let step = steps[resolved.pin] else {
                throw .entryWithoutAsset(resolved.pin)
            }
            try check(resolved, step)
        }
    }

    private func check(_ resolved: ResolvedEntry, _ step: Step) throws(SealedPlanFault) {
        let entry = resolved.entry
        guard entry.name == resolved.pin.name, entry.requirement.isMet(by: resolved.pin.version) else {
            throw .entryNotMet(entry.specification, by: resolved.pin)
        }
        guard let part = entry.subPart, let content = step.content else { return }
        let paths = content.objects.compactMap(\.path)
        guard paths.contains(where: { $0 == part || PathText.hasPrefix($0.text, part.text + "/") }) else {
            throw .noSuchPart(resolved.pin, part)
        }
    }

    /// No asset is in the folder of another.
    private func checkOverlap() throws(SealedPlanFault) {
        let owners = Dictionary(
            plan.steps.map { (ModelkitLayout.localPath(of: $0.pin), $0.pin) }, uniquingKeysWith: { first, _ in first })
        for pin in plan.steps.map(\.pin) {
            var folder = pin.name.text[...]
            while !folder.isEmpty {
                if let outer = owners[String(folder)] { throw .overlap(pin, outer: outer) }
                folder = folder.utf8.lastIndex(of: UInt8(ascii: "/")).map { folder[..<$0] } ?? ""
            }
        }
    }

    private func check(_ asset: SealedPlan.Asset, _ step: Step) throws(SealedPlanFault) {
        guard let content = step.content else {
            guard step.action == .keep else { throw .fetchWithoutContent(step.pin) }
            guard asset.local == "complete" || asset.local == PlanSurroundings.partial else {
                throw .keptThoughAbsent(step.pin, was: asset.local)
            }
            return
        }
        guard step.action != .keep else { throw .keptWithContent(step.pin) }
        guard !content.objects.isEmpty else { throw .noFiles(step.pin) }
        for object in asset.objects {
            for size in [object.storedSize, object.size ?? 0] where !(0...ByteSum.largestObject).contains(size) {
                throw .size(size, of: step.pin)
            }
        }
        try checkPaths(content, of: step.pin)
    }

    private func checkPaths(_ content: StepContent, of pin: AssetPin) throws(SealedPlanFault) {
        let paths = content.objects.compactMap(\.path)
        guard content.kind == .directory else {
            guard paths.isEmpty, content.objects.count == 1 else { throw .fileWithParts(pin) }
            return
        }
        guard paths.count == content.objects.count else { throw .noPath(pin) }
        let files = Set(paths)
        guard files.count == paths.count else { throw .fileTwice(pin) }
        for path in paths {
            var parent = path.parent
            while let folder = parent {
                if files.contains(folder) { throw .fileAndFolder(pin, folder) }
                parent = folder.parent
            }
        }
    }
}
