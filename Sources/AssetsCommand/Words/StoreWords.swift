internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Operations

// The words for stores and directories that cannot be opened, and for assets that a store does not have.

extension Problem {
    init(_ fault: DirectoryFault) {
        switch fault {
        case .notSet:
            self.init(
                code: "no-assets-directory", message: "no assets directory is set",
                hint: "set MODELKIT_ASSETS_DIR or give --assets-dir", exitStatus: 9)
        case .unusable(let error, let setting):
            self.init(
                code: "assets-directory",
                message: "cannot open the assets directory `\(setting.value)`: \(error.reason)",
                details: ["it comes from \(setting.provenance)"],
                hint: error.isMissing ? "make it, or give --create-assets-dir" : nil, exitStatus: 9)
        case .noFileLocks(let error):
            self.init(
                code: "no-file-locks", message: "file locks do not work in `\(error.path)`: \(error.reason)",
                details: ["without them two runs, or a run and Python modelkit, could write one asset at once"],
                hint: "choose a directory on a local file system, or mount this one with locks", exitStatus: 9)
        }
    }

    init(_ fault: StoreOpeningFault) {
        let hint = "set MODELKIT_STORAGE_PROVIDER or give --provider"
        switch fault {
        case .noStore:
            self.init(code: "no-store", message: "no storage provider is set", hint: hint, exitStatus: 1)
        case .nothingToFetchFrom:
            self.init(
                code: "no-store",
                message: "`--force-download` cannot fetch anything: no storage provider is set", hint: hint,
                exitStatus: 64)
        case .noBucket(let provider):
            self.init(
                code: "no-bucket",
                message: "the storage provider is `\(provider.value.rawValue)`, and no bucket is set",
                details: ["the provider comes from \(provider.provenance)"],
                hint: "set MODELKIT_STORAGE_BUCKET, give --bucket, or write `bucket:` under `storage:`",
                exitStatus: 1)
        case .folder(let error, let bucket):
            let problem = Problem(error)
            self.init(
                code: problem.code, message: "cannot open the store `\(bucket.value)`: \(error.detail)",
                details: ["it comes from \(bucket.provenance)"], hint: "name a folder that exists",
                exitStatus: problem.exitStatus)
        case .isAssetsDirectory(let path):
            self.init(
                code: "store-is-assets-directory",
                message: "the store and the assets directory are the same folder, `\(path)`",
                hint: "choose another assets directory; or, if the assets are there already, give `--provider none`",
                exitStatus: 9)
        }
    }

    init(_ fault: AssetFault) {
        switch fault {
        case .specification(let fault, let text, let system): self.init(fault, text: text, in: system)
        case .unknown(let name, let store, let nearest):
            self.init(
                code: "unknown-asset", message: "there is no asset `\(name)` in \(store)",
                hint: nearest.map { "did you mean `\($0)`?" } ?? "`modelkit-assets list` shows what there is",
                exitStatus: 5)
        case .noVersion(let specification, let known):
            self.init(
                code: "no-version",
                message: "no version of `\(specification.name)` meets `\(specification.requirement)`",
                details: ["there are \(enumeration(known.map(\.text)))"], exitStatus: 5)
        }
    }

    /// A specification string that was typed.
    private init(_ fault: AssetSpecificationFault, text: String, in system: VersioningSystem) {
        let what =
            switch fault {
            case .name(let fault, let name): "its name `\(name)` \(fault.words)"
            case .version(let version): "`\(version)` is not a \(system.name) version (\(system.form))"
            case .subPart(let fault, let part): "its part `\(part)` \(fault.words)"
            case .bracket: "`[` and `]` must enclose its end"
            }
        self.init(
            code: "specification", message: "`\(text)` is not an asset specification string: \(what)",
            hint: "write name[:version][[sub/part]], such as nlp/lexicon:1[en/words.txt]", exitStatus: 64)
    }
}
