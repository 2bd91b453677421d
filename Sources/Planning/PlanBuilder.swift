package import AssetModel

/// From chosen versions to what must be done about each.
package struct PlanBuilder: Sendable {
    private let facts: any AssetFacts
    private let forceDownload: Bool
    private let fetches: Bool
    private let isOffline: Bool
    private let damaged: [AssetPin: AnyErrorDetail]

    /// - Parameters:
    ///   - forceDownload: what is there is fetched again.
    ///   - fetches: whether there is a store. Without one (modelkit's pre-downloaded mode) everything must be there.
    ///   - isOffline: whether nothing is asked of a store, if there is one.
    ///   - damaged: what is there and cannot be taken for the asset, and why.
    package init(
        facts: any AssetFacts, forceDownload: Bool, fetches: Bool, isOffline: Bool = false,
        damaged: [AssetPin: AnyErrorDetail] = [:]
    ) {
        self.facts = facts
        self.forceDownload = forceDownload
        self.fetches = fetches
        self.isOffline = isOffline
        self.damaged = damaged
    }

    /// The plan of all that can be had, and every reason why something cannot.
    package func plan(_ resolution: Resolution) async -> (plan: Plan, failures: PlanningFailures?) {
        let entries = Dictionary(grouping: resolution.entries, by: \.pin)
        let wanted = resolution.choices.map { WantedAsset(choice: $0, entries: (entries[$0.pin] ?? []).map(\.entry)) }
        var steps: [Step] = []
        var failures: [PlanningFailure] = []
        var missing: Set<AssetPin> = []
        for (wanted, result) in zip(wanted, await answers(for: wanted)) {
            failures += result.failures
            guard let step = try? result.get() else {
                missing.insert(wanted.choice.pin)
                continue
            }
            // Dependencies come first, so what is missing of them is known by now.
            if let dependency = step.waitsFor.first(where: missing.contains) {
                missing.insert(step.pin)
                failures.append(.leftOut(step.pin, dependency: dependency, demands: wanted.choice.demands))
            } else {
                steps.append(step)
            }
        }
        let plan = Plan(steps: steps, entries: resolution.entries, warnings: resolution.warnings)
        return (plan, failures.isEmpty ? nil : PlanningFailures(failures))
    }

    /// Several in one task, as most of them are present, which is quickly found out.
    private func answers(for wanted: [WantedAsset]) async -> [Result<Step, PlanningFailures>] {
        let length = min(16, wanted.count / factWindow + 1)
        let blocks = stride(from: 0, to: wanted.count, by: length).map { wanted[$0..<min($0 + length, wanted.count)] }
        let steps = await concurrentMap(blocks) { block in
            var steps: [Result<Step, PlanningFailures>] = []
            for wanted in block { steps.append(await step(for: wanted)) }
            return steps
        }
        return steps.flatMap(\.self)
    }

    /// | on disk | with a store | forced | without a store |
    /// | --- | --- | --- | --- |
    /// | complete | keep | refetch: forced | keep |
    /// | partial | keep, where all that is wanted is there; refetch: more files | refetch: forced | keep |
    /// | incomplete | refetch: its reason | refetch: forced | none |
    /// | missing | fetch | fetch | none |
    private func step(for wanted: WantedAsset) async -> Result<Step, PlanningFailures> {
        let pin = wanted.choice.pin
        do {
            if let reason = damaged[pin], try await facts.localState(of: pin).isPresent {
                return fetch(
                    wanted, .refetch(forceDownload ? .forced : .damaged(reason)), await metadata(of: pin))
            }
            guard fetches else {
                let state = try await facts.localState(of: pin)
                if state.isPresent { return await keep(wanted) }
                return .failure(PlanningFailures([wanted.notPresent(state, isOffline: isOffline)]))
            }
            let metadata = await metadata(of: pin)
            let state = try await facts.localState(of: pin, expecting: try? metadata.get())
            switch state {
            case .complete, .partial: return await present(wanted, state, metadata)
            case .incomplete(let reason):
                return fetch(wanted, .refetch(forceDownload ? .forced : .incomplete(reason)), metadata)
            case .missing: return fetch(wanted, .fetch, metadata)
            }
        } catch {
            return .failure(wanted.failure(.localState(pin), error))
        }
    }

    private func metadata(of pin: AssetPin) async -> Result<VersionMetadata, any Error> {
        await Result.catching { try await facts.metadata(of: pin) }
    }

    private func present(
        _ wanted: WantedAsset, _ state: LocalState, _ metadata: Result<VersionMetadata, any Error>
    ) async -> Result<Step, PlanningFailures> {
        if forceDownload { return fetch(wanted, .refetch(.forced), metadata) }
        // What keeps unknown what a version depends on. One that the store does not have depends on nothing.
        if case .failure(let error) = metadata, !(error is NoMetadata) {
            return .failure(wanted.failure(.dependencies(wanted.choice.pin), error))
        }
        guard case .partial(let paths) = state else { return await keep(wanted) }
        let whole = fetch(wanted, .refetch(.moreFiles), metadata)
        guard let content = try? whole.get().content, content.selection != nil else { return whole }
        return Set(paths).isSuperset(of: content.objects.compactMap(\.path)) ? .success(wanted.step(.keep, nil)) : whole
    }

    private func keep(_ wanted: WantedAsset) async -> Result<Step, PlanningFailures> {
        let pin = wanted.choice.pin
        do {
            var failures: [PlanningFailure] = []
            for (part, demand) in wanted.parts where try await !facts.hasPart(part, of: pin) {
                failures.append(.noSuchPart(pin, part: part, demand: demand, nearest: []))
            }
            return failures.isEmpty ? .success(wanted.step(.keep, nil)) : .failure(PlanningFailures(failures))
        } catch {
            return .failure(wanted.failure(.files(pin), error))
        }
    }

    private func fetch(
        _ wanted: WantedAsset, _ action: StepAction, _ metadata: Result<VersionMetadata, any Error>
    ) -> Result<Step, PlanningFailures> {
        do {
            return wanted.content(try metadata.get()).map { wanted.step(action, $0) }
        } catch {
            return .failure(wanted.failure(.contents(wanted.choice.pin), error))
        }
    }
}

extension Result<Step, PlanningFailures> {
    fileprivate var failures: [PlanningFailure] {
        guard case .failure(let failures) = self else { return [] }
        return failures.failures
    }
}

extension LocalState {
    fileprivate var isPresent: Bool {
        switch self {
        case .complete, .partial: true
        case .missing, .incomplete: false
        }
    }
}
