internal import ArgumentParser
internal import FileSystem
internal import Glibc
internal import Operations
internal import Terminal
internal import Words

/// A file to start from.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create an assets.yaml to start from",
        discussion: """
            The store that options or the environment name is written into the file, so that a clone of the project needs \
            only credentials; credentials never are. If the store answers within 2 seconds, comments list some of its \
            assets. Also creates assets.schema.json beside it, by which editors complete and check it. An existing file \
            is never overwritten.

            EXAMPLE
              modelkit-assets init --provider s3 --bucket acme-models
              modelkit-assets init deploy/assets.yaml
            """)

    @Argument(help: ArgumentHelp("File to create", valueName: "file"), completion: .spec)
    var file = SpecOptions.defaultFile

    @Flag(help: "Print the file, and write nothing")
    var dryRun = false

    @OptionGroup(title: "Store options") var store: RemoteOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting("listing the store") {
            try await create(shell)
            return 0
        }
    }

    private func create(_ shell: Shell) async throws(Problems) {
        guard access(file, F_OK) != 0 else { throw refused(EEXIST) }
        let (offer, project) = try await look(shell)
        let text = StarterSpec(store: project?.lines ?? [], offer: offer.comments).text
        guard !dryRun else {
            shell.console.writeResult(text)
            return tell(offer, project, ["dry run: nothing was written"], shell)
        }
        let code = Self.create(file, text)
        guard code == 0 else { throw refused(code) }
        let schema = (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + StarterSpec.schemaFile
        let isNew = Self.create(schema, SpecSchema.text + "\n") == 0
        let written = "wrote \(file)\(project == nil ? "" : " with this store")"
        let named = file == SpecOptions.defaultFile ? "" : " --file \(file)"
        let next = project == nil ? "name the store under `storage:`, then add" : "add"
        tell(
            offer, project,
            [
                isNew ? "\(written) and, for editors, \(schema): commit both" : written,
                "\(next) what you need with `modelkit-assets add NAME\(named)`",
            ], shell)
    }

    private func tell(_ offer: StoreOffer, _ project: ProjectStore?, _ last: [String], _ shell: Shell) {
        for line in [offer.remark(in: file), project?.remark].compactMap(\.self) + last { shell.remark(line) }
    }

    /// Whatever keeps the store of the environment from answering keeps no file from being made; options have to be right.
    private func look(_ shell: Shell) async throws(Problems) -> (StoreOffer, ProjectStore?) {
        do {
            let offering = try shell.begin(.defaultSpec, StoreOffering.hurried(store.flags)) {
                (workspace, retries) throws(Faults) in StoreOffering(workspace, retries)
            }
            return try await offering.look(besides: file, isNamed: store.namesStore)
        } catch {
            if store.namesStore { throw Problems(error) }
            return (.failed(error), nil)
        }
    }

    private func refused(_ code: CInt) -> Problems {
        guard code != EEXIST else {
            return Problems([
                Problem(
                    code: "init", message: "`\(file)` already exists",
                    hint: "add what you need with `modelkit-assets add NAME`, or choose another file name",
                    exitStatus: 1)
            ])
        }
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        return Problems([
            Problem(
                code: "init", message: "cannot write `\(file)`: \(String(cString: strerror(code)))",
                hint: code == ENOENT ? "create the directory `\(folder)` first" : nil, exitStatus: 9)
        ])
    }

    /// - Returns: `errno`, or 0.
    private static func create(_ path: String, _ text: String) -> CInt {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, CreationMask.applied(to: 0o666))
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = write(descriptor, bytes, bytes.count)
        return count == bytes.count ? 0 : count < 0 ? errno : ENOSPC
    }
}

extension RemoteOptions {
    /// Whether they say where the store is, rather than how it is read.
    fileprivate var namesStore: Bool {
        noSignRequest || [provider, bucket, prefix, region, endpoint].contains { $0 != nil }
    }
}

/// The spec file that `init` makes.
struct StarterSpec: Sendable {
    /// What it says of its store; empty where there is none.
    let store: [String]
    /// Comments that list assets of the store; empty where they are not known.
    let offer: [String]

    static let schemaFile = "assets.schema.json"

    var text: String {
        ([Self.head] + (store.isEmpty ? Self.noStore : store) + ["", "assets: []"]
            + (offer.isEmpty ? Self.examples : offer) + [""]).joined(separator: "\n")
    }

    private static let head = """
        # yaml-language-server: $schema=\(schemaFile)
        # The assets that this project needs.
        version: 1

        # Where they come from. Options and environment variables override each key.
        """

    private static let noStore = [
        "# storage:",
        "#   provider: s3                    # or gcs, or local",
        "#   bucket: acme-models             # for local a folder, relative to this file",
    ]

    private static let examples = [
        "#  - nlp/tokenizer:1.4              # exactly 1.4",
        "#  - nlp/lexicon:1[en/words.txt]    # the latest 1.x; `resolve` prints the path of this file in it",
        "#  - name: nlp/classifier",
        "#    version: \">=3.1, <4\"",
        "#    depends_on: [nlp/tokenizer:1]  # appears only once this is there",
    ]
}
