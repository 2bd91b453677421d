internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Operations
internal import Terminal
internal import Words

// The rows for what a check found.

extension CheckTable {
    init(_ findings: CheckFindings) {
        let rows = CheckRows(settings: findings.settings)
        let store: [CheckRows.Part] =
            switch findings.store {
            case .none: [.init("Store", [.noProvider])]
            case .unopened(let faults): [.failed("Store", "answers", faults)]
            case .folder(let reading, let isToBeWritten): [rows.folder(reading, isToBeWritten: isToBeWritten)]
            case .s3(.success(let findings)): rows.s3(findings)
            case .s3(.failure(let faults)): [.failed("S3", "settings", faults)]
            case .gcs(.success(let findings)): rows.gcs(findings)
            case .gcs(.failure(let faults)): [.failed("GCS", "settings", faults)]
            }
        let spec: [CheckRows.Part] =
            switch findings.spec {
            case .none: []
            case .skipped: [.init("Spec", [.specNotResolved])]
            case .found(let findings): [rows.spec(findings)]
            }
        let parts = [rows.settingsPart, rows.directory(findings.directory)] + store + spec
        self.init(parts.map(\.section), exitStatus: parts.flatMap(\.statuses).first ?? 0)
    }
}

struct CheckRows {
    let settings: Settings

    /// A section, and the statuses of what failed in it, in the order in which it was found out.
    struct Part {
        let section: CheckTable.Section
        let statuses: [Int32]

        init(_ title: String, _ rows: [CheckTable.Row], _ statuses: [Int32] = []) {
            section = CheckTable.Section(title: title, rows: rows)
            self.statuses = statuses
        }

        static func failed(_ title: String, _ row: String, _ faults: Faults) -> Part {
            let problems = Problems(faults)
            return Part(title, problems.list.map { CheckTable.Row(row, $0) }, [problems.exitStatus])
        }
    }

    /// A row, and the status where it failed.
    typealias Finding = (row: CheckTable.Row, status: Int32?)

    var settingsPart: Part { Part("Settings", SettingsText.rows(settings)) }

    // MARK: The directory

    func directory(_ directory: Result<CheckFindings.AssetsDirectory, Faults>) -> Part {
        switch directory {
        case .failure(let faults): return .failed("Assets directory", "exists", faults)
        case .success(let (path, check)):
            let rows = [
                row("can be written", check.writeObstacle.map { Problem($0) }),
                row("file locks work", check.lockObstacle.map { Problem(DirectoryFault.noFileLocks($0)) }),
                CheckTable.Row(freeSpace: check.freeSpace),
            ]
            let isFailed = rows.contains { $0.state == .failed }
            return Part(
                "Assets directory", [CheckTable.Row("exists", path, state: .ok)] + rows, isFailed ? [9] : [])
        }
    }

    private func row(_ name: String, _ problem: Problem?) -> CheckTable.Row {
        guard let problem else { return CheckTable.Row(name, "yes", state: .ok) }
        return CheckTable.Row(name, problem.message, state: .failed, remedy: problem.hint)
    }

    // MARK: The store

    func folder(_ reading: StoreReading, isToBeWritten: Bool) -> Part {
        let writing = CheckTable.Row(
            "can be written", "not tested: the check writes nothing to a directory", state: .unproven)
        let findings = readingRows(reading)
        return Part(
            "Store",
            [CheckTable.Row("answers", reading.store, state: .ok)] + findings.map(\.row)
                + (isToBeWritten ? [writing] : []), findings.compactMap(\.status))
    }

    /// Of a store that is reached over a network, which may not answer at all.
    ///
    /// - Parameter reading: nil where nothing was asked.
    func server(_ reading: StoreReading?, _ writing: Finding?) -> Part {
        guard let reading else { return Part("Store", [.notAsked]) }
        var findings = readingRows(reading)
        // A listing that came came from somewhere.
        if case .success = reading.listing {
            findings.insert((CheckTable.Row("answers", reading.store, state: .ok), nil), at: 0)
        }
        findings += [writing].compactMap(\.self)
        return Part("Store", findings.map(\.row), findings.compactMap(\.status))
    }

    private func readingRows(_ reading: StoreReading) -> [Finding] {
        switch reading.listing {
        case .failure(let error): return [failed("can be listed", Problem(error))]
        case .success(let listing):
            let least = listing.hasMore ? "at least " : ""
            let listed = CheckTable.Row("can be listed", "\(least)\(Units.count(listing.assets, "asset"))", state: .ok)
            return [(listed, nil), sampleRow(listing.sample)]
        }
    }

    private func sampleRow(_ sample: StoreReading.Sample) -> Finding {
        switch sample {
        case .none:
            let row = CheckTable.Row(
                "can be read", "no objects under the prefix", state: .unproven,
                remedy: "push an asset, or check the bucket and the prefix")
            return (row, nil)
        case .read(let address): return (CheckTable.Row("can be read", address, state: .ok), nil)
        case .failed(let error): return failed("can be read", Problem(error))
        }
    }

    func failed(_ name: String, _ problem: Problem) -> Finding { (CheckTable.Row(name, problem), problem.exitStatus) }
}

extension CheckTable.Row {
    /// - Parameter bytes: nil where the file system does not say.
    init(freeSpace bytes: Int64?) {
        let name = "free space"
        switch bytes {
        case nil: self.init(name, "not reported by the file system", state: .unproven)
        case let bytes? where bytes > 0: self.init(name, Units.bytes(bytes), state: .ok)
        default: self.init(name, "none", state: .failed, remedy: "free some space on the file system")
        }
    }

    init(_ name: String, _ setting: Setting<String>) {
        self.init(name, setting.value, source: setting.provenance.description)
    }

    /// - Parameter expiration: in seconds since 1970.
    init(_ name: String, at expiration: Double) {
        self.init(name, "in \(Units.duration(max(0, expiration - WallClock.now()).rounded(.down)))")
    }

    static let noProvider = CheckTable.Row(
        "provider", "no storage provider is set; only assets already in the directory can be used", state: .unproven,
        remedy: "set MODELKIT_STORAGE_PROVIDER, pass --provider, or write `storage:` in the spec")

    static let specNotResolved = CheckTable.Row("resolves", "skipped: the store is not accessible", state: .unproven)

    static let notAsked = CheckTable.Row("answers", "skipped: no credentials", state: .unproven)

    /// Something that does not work.
    init(_ name: String, _ problem: Problem) {
        let value = ([problem.message] + problem.details).joined(separator: "; ")
        self.init(name, value, state: .failed, remedy: problem.hint)
    }
}
