internal import AssetModel
internal import FileSystem
internal import ObjectStore
package import Operations
internal import SpecFile

// The words for stores and directories that cannot be opened, and for assets that a store does not have.

extension Problem {
    package static let noBucketForPolicy = Problem(
        code: "no-bucket", message: "--policy requires an S3 bucket, and none is set",
        hint: "set MODELKIT_STORAGE_PROVIDER=s3 and MODELKIT_STORAGE_BUCKET", exitStatus: 3)

    static let noStore = Problem(
        code: "no-store", message: "no storage provider is set", hint: providerHint, exitStatus: 3)

    private static let providerHint =
        "set MODELKIT_STORAGE_PROVIDER, pass --provider, or write `storage:` in the spec"

    package init(_ fault: DirectoryFault) {
        switch fault {
        case .notSet(let canBeMade):
            self.init(
                code: "no-assets-directory", message: "no assets directory is set",
                hint: "set MODELKIT_ASSETS_DIR or pass --assets-dir"
                    + (canBeMade ? ", and --create-assets-dir if it does not exist yet" : ""), exitStatus: 9)
        case .unusable(let error, let setting, let canBeMade):
            self.init(
                code: "assets-directory",
                message: "cannot open the assets directory `\(setting.value)`: \(error.reason)",
                details: [setting.provenance.phrase],
                hint: canBeMade ? "pass --create-assets-dir, or create it" : nil, exitStatus: 9)
        case .noFileLocks(let error):
            self.init(
                code: "no-file-locks", message: "file locks do not work in `\(error.path)`: \(error.reason)",
                details: ["without them, concurrent processes could write the same asset"],
                hint: "choose a directory on a local file system, or mount this one with locking enabled", exitStatus: 9
            )
        }
    }

    package init(_ fault: StoreOpeningFault) {
        let hint = Self.providerHint
        switch fault {
        case .noStore: self = .noStore
        case .nothingToFetchFrom:
            self.init(
                code: "no-store",
                message: "--force-download requires a storage provider, and none is set", hint: hint,
                exitStatus: 64)
        case .noBucket(let provider):
            self.init(
                code: "no-bucket",
                message: "no bucket is set for storage provider `\(provider.value.rawValue)`",
                details: ["the provider is \(provider.provenance.phrase)"],
                hint: "set MODELKIT_STORAGE_BUCKET, pass --bucket, or write `bucket:` under `storage:`",
                exitStatus: 3)
        case .folder(let error, let bucket):
            let problem = Problem(error)
            self.init(
                code: problem.code, message: "cannot open the store `\(bucket.value)`: \(error.detail?.words ?? "")",
                details: [bucket.provenance.phrase], hint: "choose a directory that exists",
                exitStatus: problem.exitStatus)
        case .isAssetsDirectory(let path):
            self.init(
                code: "store-is-assets-directory",
                message: "the store and the assets directory are the same directory, `\(path)`",
                hint: "choose another assets directory, or, if it already holds the assets, pass `--provider none`",
                exitStatus: 9)
        }
    }

    package init(_ fault: AssetFault) {
        switch fault {
        case .specification(let fault, let text, let system): self.init(fault, text: text, in: system)
        case .unknown(let name, let store, let nearest):
            self.init(
                code: "unknown-asset", message: "unknown asset `\(name)` in \(store)",
                hint: nearest.map { "did you mean `\($0)`?" } ?? "`modelkit-assets list` prints all assets",
                exitStatus: 5)
        case .noVersion(let specification, let known):
            self.init(
                code: "no-version",
                message: "no version of `\(specification.name)` matches `\(specification.requirement)`",
                details: ["available versions: \(enumeration(known.map(\.text)))"], exitStatus: 5)
        }
    }

    /// A specification string that was typed.
    private init(_ fault: AssetSpecificationFault, text: String, in system: VersioningSystem) {
        let what =
            switch fault {
            case .name(let fault, let name): "its name `\(name)` \(fault.words)"
            case .version(let version): "`\(version)` is not a \(system.name) version (\(system.form))"
            case .subPart(let fault, let part): "its part `\(part)` \(fault.words)"
            case .bracket: "a part in brackets must come last"
            }
        // As npm and Go write versions.
        let colon = text.split(separator: "@", omittingEmptySubsequences: false).joined(separator: ":")
        let isMeant = colon != text && (try? AssetSpecification(parsing: colon, in: system)) != nil
        self.init(
            code: "specification", message: "invalid asset specification `\(text)`: \(what)",
            hint: isMeant
                ? "did you mean `\(colon)`?" : "write NAME[:VERSION][[PART]], such as nlp/lexicon:1[en/words.txt]",
            exitStatus: 64)
    }
}
