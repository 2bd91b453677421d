internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Publishing

extension Pushing {
    /// The words for whatever a push can fail with.
    ///
    /// - Parameter settings: for the rights that a refusal names.
    static func problems(_ error: any Error, _ settings: Settings) -> Problems {
        switch error {
        case let error as StoreError where error.kind == .permissionDenied && settings.provider?.value == .local:
            Problems([Problem(refusedByFolder: error)])
        case let error as StoreError where error.kind == .permissionDenied:
            Problems([Problem(error).naming(rightsToPush(settings))])
        case let problems as Problems: problems
        case let faults as PushSourceFaults: Problems(faults.list.map(Problem.init))
        case let error as PublishError: Problems([Problem(error)])
        case let error as SourceChanged:
            Problems([
                Problem(
                    code: "source-changed", message: "`\(error.place)` was written to while it was pushed",
                    details: ["nothing was made known of this version"], hint: "push again when it is whole",
                    exitStatus: 1)
            ])
        default: Problems([.wording(error)])
        }
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
}

extension Problem {
    /// A folder has no credentials.
    fileprivate init(refusedByFolder error: StoreError) {
        self.init(
            code: "permission-denied",
            message: "cannot \(error.operation) `\(error.address.escapedForTerminal)`: \(lowerFirst(error.detail))",
            hint: "give the user who runs this the right to write to the folder and to those in it", exitStatus: 4)
    }

    fileprivate func naming(_ rights: (details: [String], hint: String)?) -> Problem {
        guard let rights else { return self }
        return Problem(
            code: code, message: message, details: details + rights.details, hint: rights.hint, exitStatus: exitStatus)
    }
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
