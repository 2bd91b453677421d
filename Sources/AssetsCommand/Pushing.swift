internal import AssetModel
internal import Catalog
internal import FileSystem
internal import Glibc
internal import ObjectStore
internal import Publishing
internal import StoreTransport

/// Pushes an asset.
struct Pushing: Sendable {
    let shell: Shell
    let options: PushOptions
    private let settings: Settings
    private let store: any WritableStore
    private let retries: RetryLog

    private static let interrupted = "interrupted: nobody sees what arrived; push the same again to go on"

    var system: VersioningSystem { settings.versioning.value }

    init(shell: Shell, options: PushOptions) throws(Problems) {
        self.shell = shell
        self.options = options
        retries = shell.retryLog()
        var flags = options.store.flags
        flags.jobs = options.jobs
        (_, settings) = try SpecReading.read(
            SpecOptions.defaultFile, flags: flags, environment: shell.environment, isOptional: true)
        store = try StoreOpening.openForWriting(settings, retries)
    }

    static func name(_ text: String) throws(Problems) -> AssetName {
        do {
            return try AssetName(text)
        } catch {
            throw Problems([
                Problem(
                    code: "asset-name", message: "`\(text)` is no name of an asset: it \(error.words)",
                    hint: "such as nlp/vectors", exitStatus: 64)
            ])
        }
    }

    /// - Parameter path: of a file or a folder; or an address, `s3://bucket/key` or `gs://bucket/key`.
    /// - Returns: the exit status.
    func run(_ path: String, as target: PushTarget) async throws -> Int32 {
        if !options.dryRun, !options.yes, !shell.console.isErrorTerminal || isatty(STDIN_FILENO) == 0 {
            throw Problems([
                Problem(
                    code: "not-confirmed", message: "nobody can be asked whether to push: this is no terminal",
                    hint: "give --yes, or --dry-run to see what would be pushed", exitStatus: 64)
            ])
        }
        if shell.options.isVerbose { shell.remark(SettingsText.lines(settings)) }
        let window = OpenFileLimit.pushWindow(wanted: settings.jobs.value, limit: OpenFileLimit.raise())
        let publisher = Publisher(store: store, system: system, window: window, now: WallClock.now)
        do {
            // What is wrong with the asset's name, or with the right to write, is known before anything large is read.
            let next = try await publisher.next(target)
            let dependencies = try await dependencies()
            let origin = try await PushOrigin.look(path, settings, retries)
            // Else the claim, which is the first thing that is written, proves it as soon.
            if options.dryRun || origin.isRemote { try await publisher.proveWritable(next) }
            if options.dryRun {
                write(PushDocument(next, origin, dependencies, store.name, isDryRun: true))
                shell.remark("would push \(origin.words) to \(store.name)")
                return 0
            }
            if !options.yes, !isConfirmed("push \(origin.words) as \(next) to \(store.name)?") {
                shell.remark("nothing was pushed")
                return 1
            }
            let (published, signal) = await Interruption.cancelling(lastWords: shell.lastWords(Self.interrupted)) {
                await result { try await publish(origin, as: target, next, dependencies, by: publisher) }
            }
            if let signal {
                shell.remark(Self.interrupted)
                return 128 + signal
            }
            return report(try published.get(), origin, dependencies)
        } catch {
            throw Self.problems(error, settings)
        }
    }

    private func publish(
        _ origin: PushOrigin, as target: PushTarget, _ next: AssetPin, _ dependencies: [AssetSpecification],
        by publisher: Publisher
    ) async throws -> Published {
        try await origin.readingLocally(window: settings.jobs.value) { source in
            let reporter = ProgressReporter(
                shell.options.progress, .push, console: shell.console, style: shell.options.style)
            return try await reporter.whileShowing { emit in
                try await publisher.publish(
                    source, as: target, expecting: next, dependencies: dependencies, emit: emit)
            }
        }
    }

    private func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    private func report(_ published: Published, _ origin: PushOrigin, _ dependencies: [AssetSpecification]) -> Int32 {
        var warnings = published.passedOver.map {
            "\($0) was passed over: another push has claimed it, which is under way or did not end"
        }
        if !published.keepsConditions {
            warnings.append(
                "\(store.name) does not heed conditional writes: two pushes at the same moment are told apart by reading again"
            )
        }
        shell.warn(warnings)
        if let summary = retries.summary { shell.warn([summary]) }
        write(PushDocument(published.pin, origin, dependencies, store.name, isDryRun: false))
        let reused = published.reusedBytes
        let before = reused > 0 ? ", of which \(Units.bytes(reused)) were there from a push that did not end" : ""
        shell.remark("pushed \(origin.words) to \(store.name)\(before)")
        return 0
    }

    private func write(_ document: PushDocument) {
        switch options.format {
        case .text: shell.console.writeResult("\(document.asset)\n")
        case .json: if let text = try? JSONText.document(document) { shell.console.writeResult(text) }
        }
    }

    private func isConfirmed(_ question: String) -> Bool {
        shell.console.writeDiagnostic("\(question.escapedForTerminal) [y/N]")
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    // MARK: Dependencies

    /// Those that were typed, each of which the store can meet.
    private func dependencies() async throws -> [AssetSpecification] {
        let catalog = StoreCatalog(store: store, system: system)
        var dependencies: [AssetSpecification] = []
        var problems: [Problem] = []
        for text in options.dependsOn {
            let dependency = try AssetSpecification(typed: text, in: system)
            if let problem = problem(of: dependency, try await catalog.versions(of: dependency.name)) {
                problems.append(problem)
            }
            dependencies.append(dependency)
        }
        guard problems.isEmpty else { throw Problems(problems) }
        return dependencies
    }

    private func problem(of dependency: AssetSpecification, _ versions: [AssetVersion]?) -> Problem? {
        guard let versions else {
            return Problem(
                code: "unknown-asset", message: "there is no asset `\(dependency.name)` in \(store.name)",
                details: ["`--depends-on \(dependency)` asks for it"],
                hint: "push it first; `modelkit-assets list` shows what there is", exitStatus: 5)
        }
        guard !versions.contains(where: dependency.requirement.isMet) else { return nil }
        return Problem(
            code: "no-version", message: "no version of `\(dependency.name)` meets `\(dependency.requirement)`",
            details: [
                "`--depends-on \(dependency)` asks for it", "there are \(enumeration(versions.map(\.text)))",
            ], exitStatus: 5)
    }
}

/// What was pushed, or would be.
struct PushDocument: Codable, Sendable {
    var format = "modelkit-assets/push"
    var formatVersion = 1
    let asset: String
    let name: String
    let version: String
    let kind: AssetKind
    let files: Int
    let bytes: Int64
    let dependencies: [String]
    let store: String
    let dryRun: Bool

    init(
        _ pin: AssetPin, _ origin: PushOrigin, _ dependencies: [AssetSpecification], _ store: String, isDryRun: Bool
    ) {
        asset = pin.description
        name = pin.name.text
        version = pin.version.text
        kind = origin.kind
        files = origin.count
        bytes = origin.bytes
        self.dependencies = dependencies.map(\.description)
        self.store = store
        dryRun = isDryRun
    }
}
