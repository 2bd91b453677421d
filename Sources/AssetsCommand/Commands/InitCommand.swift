internal import ArgumentParser
internal import FileSystem
internal import Glibc

/// A file to start from.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write an assets.yaml to start from.",
        discussion: """
            A file that exists is left as it is.

            EXAMPLE
              modelkit-assets init
              modelkit-assets init deploy/assets.yaml
            """)

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file = SpecOptions.defaultFile

    func run() throws {
        let shell = Shell()
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, CreationMask.applied(to: 0o666))
        guard descriptor >= 0 else {
            let hint = errno == EEXIST ? "choose another file name, or remove this file first" : nil
            let reason = String(cString: strerror(errno))
            shell.complain([
                Problem(code: "init", message: "cannot write `\(file)`: \(reason)", hint: hint, exitStatus: 1)
            ])
            throw ExitCode(1)
        }
        defer { close(descriptor) }
        let bytes = Array(Self.starter.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            shell.complain([Problem(code: "init", message: "cannot write `\(file)`", exitStatus: 1)])
            throw ExitCode(1)
        }
        let named = file == SpecOptions.defaultFile ? "" : " --file \(file)"
        shell.remark("wrote \(file): add what you need with `modelkit-assets add NAME\(named)`")
    }

    static let starter = """
        # The assets that this project needs. `modelkit-assets schema spec` prints the whole format.
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
