package import AssetModel
internal import FileSystem
internal import ObjectStore
package import Operations
package import Publishing
internal import SpecFile
internal import Terminal

// The words for whatever a push can fail with.

package enum PublishWords {
    /// What a push says that a signal ended.
    ///
    /// - Parameter pin: the version that it was making known, and may have; nil where it was not.
    package static func interrupted(listing pin: AssetPin?) -> String {
        guard let pin else { return "interrupted: no version was published; run the same command again to resume" }
        return "interrupted while publishing \(pin): `modelkit-assets list \(pin.name)` tells whether it was published"
    }
}

extension Problem {
    package init(_ fault: PushFault) {
        switch fault {
        case .source(let fault): self.init(fault)
        case .publishing(let error): self.init(error)
        case .refused(let error, let settings): self = .refused(error, settings)
        case .dependency(let dependency, let base, let known, let store):
            self = .dependency(dependency, from: base, known, in: store)
        case .inheritance(let base, let error): self = .inheritance(from: base, error)
        case .sourceChanged(let place):
            self.init(
                code: "source-changed", message: "`\(place)` changed during the upload",
                details: ["the version was not published"], hint: "push again when nothing writes to it",
                exitStatus: 1)
        case .temporaryFolder(let error):
            self.init(
                code: "temporary-folder",
                message:
                    "cannot \(error.attempt.words) `\(error.path.escapedForTerminal)`: \(lowerFirst(error.reason))",
                details: ["assets pushed from another store are downloaded there first"],
                hint: "set TMPDIR to a directory with enough space", exitStatus: 9)
        case .name(let fault, let text):
            self.init(
                code: "asset-name", message: "invalid asset name `\(text)`: it \(fault.words)",
                hint: "use a name such as nlp/vectors", exitStatus: 64)
        case .noMajorVersions: self = .usage("--bump-major does not apply to date versions")
        case .namesMajor(let asset):
            self = .usage("--bump-major starts a new major version, but `\(asset)` names an existing one")
        case .notMajor(let text):
            self = .usage("invalid major version `\(text)`", hint: "write NAME or NAME:MAJOR, such as nlp/vectors:1")
        case .noObject(let address, let scheme):
            self = .usage("missing key in `\(address)`", hint: "write \(scheme)://BUCKET/KEY")
        }
    }

    /// The answer was no.
    package static let declined = Problem(code: "declined", message: "aborted; nothing was pushed", exitStatus: 1)

    /// There is no terminal to confirm at.
    package static let notConfirmed = Problem(
        code: "not-confirmed", message: "cannot prompt for confirmation: stdin is not a terminal",
        hint: "pass --yes to push without asking, or --dry-run to print what would be pushed", exitStatus: 64)

    private static func usage(_ message: String, hint: String? = nil) -> Problem {
        Problem(code: "usage", message: message, hint: hint, exitStatus: 64)
    }

    private static func dependency(
        _ dependency: AssetSpecification, from base: AssetPin?, _ known: [AssetVersion]?, in store: String
    ) -> Problem {
        let details = [
            base.map { "inherited from `\($0)`: it depends on `\(dependency)`" }
                ?? "required by --depends-on \(dependency)"
        ]
        let others = base == nil ? nil : otherDependencies
        guard let known else {
            return Problem(
                code: "unknown-asset", message: "unknown asset `\(dependency.name)` in \(store)",
                details: details, hint: others ?? "push it first; `modelkit-assets list` prints all assets",
                exitStatus: 5)
        }
        return Problem(
            code: "no-version", message: "no version of `\(dependency.name)` matches `\(dependency.requirement)`",
            details: details + ["available versions: \(enumeration(known.map(\.text)))"], hint: others, exitStatus: 5)
    }

    private static func inheritance(from base: AssetPin, _ error: any Error) -> Problem {
        let cause = Problem.wording(error)
        return Problem(
            code: cause.code, message: cause.message,
            details: cause.details + ["a new version depends on what `\(base)` depends on"], hint: otherDependencies,
            exitStatus: cause.exitStatus)
    }

    private static let otherDependencies =
        "pass --depends-on for other dependencies, or --no-depends-on for none"

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
            guard let policy = S3Policy(for: [], settings, .developer) else { return nil }
            return (
                policy.Statement.map { rule in
                    "pushing requires \(enumeration(rule.Action)) on \(enumeration(rule.Resource))"
                }, "`modelkit-assets check --for developer --policy` prints this as an IAM policy"
            )
        case .gcs:
            return (
                ["pushing requires storage.objects.create, .delete, .get and .list on the bucket"],
                "grant roles/storage.objectUser on the bucket to this account"
            )
        case .local, nil: return nil
        }
    }

    /// A folder has no credentials.
    private init(refusedByFolder error: StoreError) {
        self.init(
            code: "permission-denied",
            message: "cannot \(error.operation.words) `\(error.address.escapedForTerminal)`: "
                + lowerFirst(error.detail?.words ?? ""),
            hint: "grant the current user write access to the directory and its subdirectories", exitStatus: 4)
    }
}

extension PushProposal {
    /// What is said of its dependencies behind what it is.
    package var dependencyWords: String { pushWords(dependencies: dependencies, inheritedFrom: heritage) }
}

/// `, depending on nlp/words:0 as 0.3 does`; empty where there are none.
package func pushWords(dependencies: [AssetSpecification], inheritedFrom base: AssetPin?) -> String {
    guard !dependencies.isEmpty else { return "" }
    let model = base.map { " as \($0.version) does" } ?? ""
    return ", depending on \(enumeration(dependencies.map(\.description)))\(model)"
}

extension PushOrigin {
    /// `3 files (34.1 MB)`
    package var words: String { "\(Units.count(count, "file")) (\(Units.bytes(bytes)))" }
}

extension Problem {
    package init(_ fault: PushSourceFault) {
        func unpushable(_ place: String, _ what: String, _ hint: String) -> Problem {
            Problem(code: "cannot-push", message: "cannot push `\(place)`: \(what)", hint: hint, exitStatus: 1)
        }
        self =
            switch fault {
            case .file(let error): unpushable(error.path, lowerFirst(error.reason), "check the path")
            case .emptyFolder(let place):
                unpushable(
                    place, "the directory is empty, and object stores have no empty directories",
                    "remove it, or add a file")
            case .special(let place):
                unpushable(place, "it is neither a file nor a directory", "remove it from the asset")
            case .link(let place):
                unpushable(
                    place, "the symbolic link does not lead to a file inside the asset", "replace it with the file")
            case .path(let place, let fault): unpushable(place, "its path \(fault.words)", "rename it")
            case .encoding(let place): unpushable(place, "its name is not UTF-8", "rename it")
            case .contentOfFolder(let address):
                unpushable(
                    address, "its key ends in `/`, but the object is not empty",
                    "rename the object")
            case .objectAndFolder(let address):
                unpushable(
                    address, "the key is both an object and a prefix of other objects",
                    "rename it: a directory cannot hold a file and a folder of the same name")
            }
    }

    package init(_ error: PublishError) {
        self =
            switch error {
            case .exists(let name, let store):
                Problem(
                    code: "asset-exists", message: "asset `\(name)` already exists in \(store)",
                    hint: "push a new version with `modelkit-assets update`", exitStatus: 5)
            case .missing(let name, let store, let nearest):
                Problem(
                    code: "unknown-asset", message: "unknown asset `\(name)` in \(store)",
                    hint: nearest.map {
                        "did you mean `\($0)`? Otherwise push a first version with `modelkit-assets new`"
                    }
                        ?? "push its first version with `modelkit-assets new`", exitStatus: 5)
            case .noMajor(let name, let major, let versions):
                Problem(
                    code: "no-version", message: "`\(name)` has no major version \(major.text)",
                    details: ["available versions: \(enumeration(versions.map(\.text)))"],
                    hint: "--bump-major starts the next major version", exitStatus: 5)
            case .tooManyWriters(let address):
                Problem(
                    code: "store-busy", message: "cannot update `\(address)`: too many concurrent writers",
                    hint: "run again later", exitStatus: 8)
            case .notKept(let address):
                Problem(
                    code: "not-kept",
                    message:
                        "the store reported success, but `\(address.escapedForTerminal)` is not what was sent",
                    details: ["the version was not published"],
                    hint: "check for a proxy that modifies requests, then push again",
                    exitStatus: 8)
            case .tooManyFiles(let bytes):
                Problem(
                    code: "cannot-push",
                    message: "too many files: the `.meta` would take \(Units.bytes(Int64(bytes)))",
                    hint: "pack them into fewer files", exitStatus: 1)
            }
    }
}
