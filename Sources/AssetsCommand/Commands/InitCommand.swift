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
            Also creates assets.schema.json beside it, by which editors complete and check it. An existing file is never \
            overwritten. Where the environment names a store that answers within 2 seconds, comments in the file list some \
            of its assets.

            EXAMPLE
              modelkit-assets init
              modelkit-assets init deploy/assets.yaml
            """)

    @Argument(help: ArgumentHelp("File to create", valueName: "file"), completion: .spec)
    var file = SpecOptions.defaultFile

    @Flag(help: "Print the file, and write nothing")
    var dryRun = false

    func run() async throws {
        let shell = Shell()
        try await shell.exiting("listing the store") {
            try await create(shell)
            return 0
        }
    }

    private func create(_ shell: Shell) async throws(Problems) {
        guard access(file, F_OK) != 0 else { throw refused(EEXIST) }
        let offer = await Self.offer(shell)
        let text = Self.starter + offer.comments.map { $0 + "\n" }.joined()
        guard !dryRun else {
            shell.console.writeResult(text)
            return tell(offer, "dry run: nothing was written", shell)
        }
        let code = Self.create(file, text)
        guard code == 0 else { throw refused(code) }
        let schema = (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + Self.schemaFile
        let isNew = Self.create(schema, SpecSchema.text + "\n") == 0
        let named = file == SpecOptions.defaultFile ? "" : " --file \(file)"
        tell(
            offer,
            "wrote \(file)\(isNew ? " and, for editors, \(schema)" : ""): "
                + "add what you need with `modelkit-assets add NAME\(named)`", shell)
    }

    private func tell(_ offer: StoreOffer, _ last: String, _ shell: Shell) {
        for line in [offer.remark(in: file), last].compactMap(\.self) { shell.remark(line) }
    }

    /// Whatever keeps the store from answering keeps no file from being made.
    private static func offer(_ shell: Shell) async -> StoreOffer {
        do throws(Faults) {
            let offering = try shell.begin(.defaultSpec, StoreOffering.flags) { (workspace, retries) throws(Faults) in
                StoreOffering(workspace, retries)
            }
            return await offering.ask()
        } catch {
            return .failed(error)
        }
    }

    private func refused(_ code: CInt) -> Problems {
        let hint = code == EEXIST ? "choose another file name, or remove this file first" : nil
        return Problems([
            Problem(
                code: "init", message: "cannot write `\(file)`: \(String(cString: strerror(code)))", hint: hint,
                exitStatus: 1)
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

    private static let schemaFile = "assets.schema.json"

    static let starter = """
        # yaml-language-server: $schema=\(schemaFile)
        # The assets that this project needs.
        version: 1

        # Where they come from. Every key can come from the environment or a flag instead.
        # storage:
        #   provider: local
        #   bucket: ../store                # a folder, relative to this file
        #   prefix: modelkit-assets

        assets: []
        #  - nlp/tokenizer:1.4              # exactly 1.4
        #  - nlp/lexicon:1[en/words.txt]    # the latest 1.x; the part's path is what is printed
        #  - name: nlp/classifier
        #    version: ">=3.1, <4"
        #    depends_on: [nlp/tokenizer:1]  # appears only once this is there

        """
}
