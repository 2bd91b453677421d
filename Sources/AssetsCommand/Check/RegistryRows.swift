internal import AssetModel
internal import ObjectStore
internal import Operations
internal import Registry
internal import Words

extension CheckTable {
    /// The rows about a registry of images.
    init(_ findings: RegistryFindings) {
        let rows = RegistryRows(findings: findings)
        let parts = [
            CheckRows.Part("Registry", [rows.endpoint]),
            rows.part("Credentials", rows.credentials), rows.part("Access", rows.pull, rows.push),
        ]
        self.init(parts.map(\.section), exitStatus: parts.flatMap(\.statuses).first ?? 0)
    }
}

private struct RegistryRows {
    let findings: RegistryFindings

    func part(_ title: String, _ rows: CheckRows.Finding...) -> CheckRows.Part {
        CheckRows.Part(title, rows.map(\.row), rows.compactMap(\.status))
    }

    var endpoint: CheckTable.Row { CheckTable.Row("endpoint", findings.endpoint) }

    var credentials: CheckRows.Finding {
        switch findings.credentials {
        case .failure(let error): failed("account", error)
        case .success(nil): (CheckTable.Row("account", "none (requests are anonymous)"), nil)
        case .success(let found?):
            (CheckTable.Row("account", found.user ?? "of a token", source: found.source.words), nil)
        }
    }

    var pull: CheckRows.Finding {
        switch findings.manifest {
        case .failure(let error) where error.isRefusal && findings.isPushed: pushOnly(error)
        case .failure(let error): failed("can be pulled", error)
        case .success(nil):
            (
                CheckTable.Row(
                    "can be pulled", "there is no image `\(findings.reference)` that these credentials can see",
                    state: .unproven), nil
            )
        case .success(let manifest?):
            (CheckTable.Row("can be pulled", "yes, \(manifest.digest.tagged)", state: .ok), nil)
        }
    }

    /// A push works all the same.
    private func pushOnly(_ error: StoreError) -> CheckRows.Finding {
        let problem = Problem(registry: error)
        let value = "\(problem.message); a push sends every layer"
        return (CheckTable.Row("can be pulled", value, state: .unproven, remedy: problem.hint), nil)
    }

    var push: CheckRows.Finding {
        switch findings.push {
        case nil:
            (
                CheckTable.Row(
                    "can be pushed", "not tested", state: .unproven, remedy: "pass --for developer to begin an upload"),
                nil
            )
        case .success: (CheckTable.Row("can be pushed", "yes", state: .ok), nil)
        case .failure(let error): failed("can be pushed", error)
        }
    }

    private func failed(_ name: String, _ error: StoreError) -> CheckRows.Finding {
        let problem = Problem(registry: error)
        let value = ([problem.message] + problem.details).joined(separator: "; ")
        return (CheckTable.Row(name, value, state: .failed, remedy: problem.hint), problem.exitStatus)
    }
}

extension RegistryFindings {
    fileprivate var isPushed: Bool { if case .success? = push { true } else { false } }
}
