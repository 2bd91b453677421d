internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Operations
internal import Publishing
internal import Terminal

// The words for whatever a push can fail with.

extension Problem {
    init(_ fault: PushFault) {
        switch fault {
        case .source(let fault): self.init(fault)
        case .publishing(let error): self.init(error)
        case .refused(let error, let settings): self = .refused(error, settings)
        case .dependency(let dependency, let known, let store): self = .dependency(dependency, known, in: store)
        case .sourceChanged(let place):
            self.init(
                code: "source-changed", message: "`\(place)` was written to while it was pushed",
                details: ["nothing was made known of this version"], hint: "push again when it is whole",
                exitStatus: 1)
        case .temporaryFolder(let error):
            self.init(
                code: "temporary-folder",
                message: "cannot \(error.attempt) `\(error.path.escapedForTerminal)`: \(lowerFirst(error.reason))",
                details: ["what is pushed from a store is fetched there first"],
                hint: "name a folder with room for it in TMPDIR", exitStatus: 9)
        case .name(let fault, let text):
            self.init(
                code: "asset-name", message: "`\(text)` is no name of an asset: it \(fault.words)",
                hint: "such as nlp/vectors", exitStatus: 64)
        case .noMajorVersions: self = .usage("`--bump-major` means nothing for versions by date")
        case .namesMajor(let asset):
            self = .usage("`\(asset)` names a major version, and `--bump-major` begins another")
        case .notMajor(let text): self = .usage("`\(text)` is no major version", hint: "write name or name:1")
        case .noObject(let address, let scheme):
            self = .usage("`\(address)` names no object", hint: "write \(scheme)://bucket/key")
        }
    }

    /// Nobody can be asked.
    static let notConfirmed = Problem(
        code: "not-confirmed", message: "nobody can be asked whether to push: this is no terminal",
        hint: "give --yes, or --dry-run to see what would be pushed", exitStatus: 64)

    private static func usage(_ message: String, hint: String? = nil) -> Problem {
        Problem(code: "usage", message: message, hint: hint, exitStatus: 64)
    }

    private static func dependency(
        _ dependency: AssetSpecification, _ known: [AssetVersion]?, in store: String
    ) -> Problem {
        let details = ["`--depends-on \(dependency)` asks for it"]
        guard let known else {
            return Problem(
                code: "unknown-asset", message: "there is no asset `\(dependency.name)` in \(store)",
                details: details, hint: "push it first; `modelkit-assets list` shows what there is", exitStatus: 5)
        }
        return Problem(
            code: "no-version", message: "no version of `\(dependency.name)` meets `\(dependency.requirement)`",
            details: details + ["there are \(enumeration(known.map(\.text)))"], exitStatus: 5)
    }

    private static func refused(_ error: StoreError, _ settings: Settings) -> Problem {
        if settings.provider?.value == .local { return Problem(refusedByFolder: error) }
        let problem = Problem(error)
        guard let rights = rightsToPush(settings) else { return problem }
        return Problem(
            code: problem.code, message: problem.message, details: problem.details + rights.details,
            hint: rights.hint, exitStatus: problem.exitStatus)
    }

    /// What pushing takes, and how it is granted.
    private static func rightsToPush(_ settings: Settings) -> (details: [String], hint: String)? {
        switch settings.provider?.value {
        case .s3:
            guard let policy = try? S3Policy(for: [], settings, .developer) else { return nil }
            return (
                policy.Statement.map { rule in
                    "pushing takes \(enumeration(rule.Action)) on \(enumeration(rule.Resource))"
                }, "`modelkit-assets check --for developer --policy` prints this as a policy to be attached"
            )
        case .gcs:
            return (
                ["pushing takes storage.objects.create, .delete, .get and .list on the bucket"],
                "grant roles/storage.objectUser on the bucket to this account"
            )
        case .local, nil: return nil
        }
    }

    /// A folder has no credentials.
    private init(refusedByFolder error: StoreError) {
        self.init(
            code: "permission-denied",
            message: "cannot \(error.operation) `\(error.address.escapedForTerminal)`: \(lowerFirst(error.detail))",
            hint: "give the user who runs this the right to write to the folder and to those in it", exitStatus: 4)
    }
}

extension PushOrigin {
    /// `3 files (34.1 MB)`
    var words: String { "\(Units.count(count, "file")) (\(Units.bytes(bytes)))" }
}

extension Problem {
    init(_ fault: PushSourceFault) {
        func unpushable(_ place: String, _ what: String, _ hint: String) -> Problem {
            Problem(code: "cannot-push", message: "cannot push `\(place)`: \(what)", hint: hint, exitStatus: 1)
        }
        self =
            switch fault {
            case .file(let error): unpushable(error.path, lowerFirst(error.reason), "check the path")
            case .emptyFolder(let place):
                unpushable(place, "it is empty, and a store has no folders", "remove it, or put a file into it")
            case .special(let place):
                unpushable(place, "it is neither a file nor a folder", "remove it from what is pushed")
            case .link(let place):
                unpushable(
                    place, "it is a link that leads to no file of the same folder", "put the file itself in its place")
            case .path(let place, let fault): unpushable(place, "its path \(fault.words)", "rename it")
            case .encoding(let place): unpushable(place, "its name is not UTF-8", "rename it")
            case .contentOfFolder(let address):
                unpushable(
                    address, "its key ends in `/`, which no path of a file does, and it is not empty",
                    "rename the object")
            case .objectAndFolder(let address):
                unpushable(
                    address, "there is an object with this key, and there are others below it",
                    "rename it: an assets directory has either a file or a folder of one name")
            }
    }

    init(_ error: PublishError) {
        self =
            switch error {
            case .exists(let name, let store):
                Problem(
                    code: "asset-exists", message: "there is an asset `\(name)` in \(store) already",
                    hint: "push a further version with `modelkit-assets update`", exitStatus: 5)
            case .missing(let name, let store):
                Problem(
                    code: "unknown-asset", message: "there is no asset `\(name)` in \(store)",
                    hint: "push its first version with `modelkit-assets new`", exitStatus: 5)
            case .noMajor(let name, let versions):
                Problem(
                    code: "no-version", message: "`\(name)` has no version of that major one",
                    details: ["there are \(enumeration(versions.map(\.text)))"],
                    hint: "`--bump-major` begins the next major version", exitStatus: 5)
            case .tooManyWriters(let address):
                Problem(
                    code: "store-busy", message: "cannot write `\(address)`: others write to it all the time",
                    hint: "run again later", exitStatus: 8)
            case .notKept(let address):
                Problem(
                    code: "not-kept",
                    message:
                        "the store does not have `\(address.escapedForTerminal)` as it was sent, and answered that it has",
                    details: ["the version was not published"],
                    hint: "look for a proxy that changes requests, or for a store that is broken, and push again",
                    exitStatus: 8)
            case .tooManyFiles(let bytes):
                Problem(
                    code: "cannot-push",
                    message: "the `.meta` of so many files would have \(Units.bytes(Int64(bytes)))",
                    hint: "pack them into fewer files", exitStatus: 1)
            }
    }
}
