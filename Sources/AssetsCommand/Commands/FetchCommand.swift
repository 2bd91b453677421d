internal import AssetModel
internal import ArgumentParser
internal import Planning

/// One asset.
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch one asset and print its path.",
        discussion: """
            EXAMPLE
              path=$(modelkit-assets fetch nlp/lexicon:1)
              head "$(modelkit-assets fetch 'nlp/lexicon:1[en/words.txt]')"
            """)

    @Argument(help: ArgumentHelp("A specification string: name[:version][[sub/part]].", valueName: "asset"))
    var asset: String

    @OptionGroup var store: StoreOptions
    @OptionGroup var fetch: FetchOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output)
        var flags = store.flags
        flags.forceDownload = fetch.forceDownload
        flags.jobs = fetch.jobs
        flags.cacheDirectory = fetch.cache.cacheDir
        let (run, signal) = await Interruption.cancelling(lastWords: shell.lastWords) { [flags] in
            await resolve(flags, shell)
        }
        throw ExitCode(report(run.interrupted(by: signal), shell))
    }

    private func resolve(_ flags: SettingFlags, _ shell: Shell) async -> Run {
        do {
            let session = try Session(
                asset: asset, flags: flags, shell,
                missingDirectory: fetch.createAssetsDir ? .isMade : .isAnError)
            return await Resolving(shell: shell).run(session, groups: [])
        } catch {
            var run = Run()
            run.problems = error.list
            return run
        }
    }

    /// The path alone on standard output; the rest only where it is news.
    private func report(_ run: Run, _ shell: Shell) -> Int32 {
        if format == .json { return Resolving(shell: shell).report(run, .json) }
        if run.status == .done, let entry = run.plan.entries.first,
            let path = run.path(of: entry.pin, subPart: entry.entry.subPart)
        {
            shell.console.writeResult(path + "\n")
        }
        if run.status != .done || !run.plan.isFulfilled { shell.summarize(run) }
        return shell.exitStatus(run.exitStatus)
    }
}

extension Session {
    /// For a command about one asset, without a spec file.
    init(
        asset: String, flags: SettingFlags, _ shell: Shell, missingDirectory: MissingDirectory
    ) throws(Problems) {
        let settings: Settings
        do {
            settings = try Settings(flags: flags, environment: shell.environment, manifest: nil)
        } catch {
            throw Problems([Problem(error)])
        }
        do {
            let specification = try AssetSpecification(parsing: asset, in: settings.versioning.value)
            let entry = ManifestEntry(
                name: specification.name, requirement: specification.requirement, subPart: specification.subPart)
            let manifest = Manifest(file: "command line", entries: [entry])
            try self.init(
                settings: settings, manifest: manifest, missingDirectory: missingDirectory, retries: shell.retryLog())
        } catch let fault as AssetSpecificationFault {
            throw Problems([Problem(fault, text: asset, in: settings.versioning.value)])
        } catch let problems as Problems {
            throw problems
        } catch {
            throw Problems([Problem(code: "internal", message: "\(error)", exitStatus: 1)])
        }
    }
}

extension Problem {
    /// A specification string that was typed.
    init(_ fault: AssetSpecificationFault, text: String, in system: VersioningSystem) {
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
