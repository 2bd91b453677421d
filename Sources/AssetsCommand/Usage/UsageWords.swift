internal import ArgumentParser
internal import AssetModel
internal import Words

// The words for wrong arguments.

extension Problem {
    private static let usageStatus: Int32 = 64

    private static func usage(_ message: String, details: [String] = [], hint: String?) -> Problem {
        Problem(code: "usage", message: message, details: details, hint: hint, exitStatus: usageStatus)
    }

    /// An unknown command; nil where there is none.
    init?(unknownCommandIn path: CommandPath) {
        guard let word = path.unknown else { return nil }
        let isTopLevel = path.names.count == 1
        let hint =
            (isTopLevel ? Synonym.commands.first { $0.words.contains(word.lowercased()) }?.hint : nil)
            ?? nearestWord(to: word, in: path.commands).map { "did you mean `\(path.text) \($0)`?" }
            ?? "`\(path.text) --help` lists all commands"
        self = .usage("unknown command `\(word)`", hint: hint)
    }

    /// An error of the argument parser.
    ///
    /// - Parameter text: its message.
    init(usage text: String, in path: CommandPath) {
        let help = "`\(path.text) --help` prints all options"
        if let option = text.quoted(after: "Unknown option '") {
            let known = Synonym.options.first { $0.word == option && $0.option.map(path.takes) ?? true }
            let near = text.quoted(after: "Did you mean '").flatMap { Self.nearOption($0, to: option) }
            self = .usage(
                "unknown option `\(option)`", hint: known?.hint ?? near.map { "did you mean `\($0)`?" } ?? help)
        } else if let argument = text.quoted(after: "Missing expected argument '") {
            self = .usage(
                "missing argument `\(argument)`", details: ["usage: \(path.usage)"],
                hint: path.names.last == "update" ? Synonym.ofUpdate : nil)
        } else if let words = text.quoted(after: "nexpected argument '")
            ?? text.quoted(after: " unexpected arguments: '")
        {
            let list = words.split(separator: "', '").map { "`\($0)`" }
            self = .usage(
                "unexpected argument\(list.count == 1 ? "" : "s") \(enumeration(list))",
                details: ["usage: \(path.usage)"], hint: help)
        } else if let option = text.quoted(after: "Missing value for '") {
            self = .usage("missing value for `\(option)`", hint: help)
        } else if let (value, place, rest) = text.invalidValue {
            let values = rest.values
            self = .usage(
                "invalid value `\(value)` for `\(place)`" + (values == nil ? rest : ""),
                details: values.map { ["possible values: \($0.joined(separator: ", "))"] } ?? [],
                hint: values.flatMap { nearestWord(to: value, in: $0) }.map { "did you mean `\($0)`?" }
                    ?? (place == "--output <layout>" ? "write oci:DIR[:TAG], or oci-archive:FILE[:TAG]" : nil))
        } else {
            let lines = text.split(separator: "\n").map(String.init)
            let line = lines.first ?? text
            let hint = lines.dropFirst().first { $0.hasPrefix(ValidationError.hintMark) }
            self = .usage(
                line.prefix(1).lowercased() + line.dropFirst(),
                hint: hint.map { String($0.dropFirst(ValidationError.hintMark.count)) })
        }
    }

    /// The parser suggests the nearest option, however far away it is.
    private static func nearOption(_ suggestion: String, to option: String) -> String? {
        let bare = { (text: String) in String(text.drop { $0 == "-" }) }
        return nearestWord(to: bare(option), in: [bare(suggestion)]).map { _ in suggestion }
    }
}

extension ValidationError {
    /// What begins the line of a hint, since the parser hands on the text of an error alone.
    fileprivate static let hintMark = "hint: "

    init(_ message: String, hint: String) { self.init("\(message)\n\(Self.hintMark)\(hint)") }
}

/// What people type who know other programs.
private struct Synonym {
    let words: [String]
    let hint: String

    private init(_ words: String..., hint: String) {
        self.words = words
        self.hint = hint
    }

    private init(_ words: String..., of command: String) {
        self.words = words
        hint = "did you mean `modelkit-assets \(command)`?"
    }

    static let commands = [
        Synonym(
            "pull", "download", "get", "install", "sync", "restore",
            hint: "`modelkit-assets resolve` downloads what assets.yaml lists, `modelkit-assets fetch ASSET` one asset"),
        Synonym(
            "push", "publish", "upload", "put",
            hint: "`modelkit-assets new PATH NAME` pushes a new asset, `modelkit-assets update PATH NAME` a new version"
        ),
        Synonym(
            "clean", "gc", "purge", "clear",
            hint: "`modelkit-assets prune` cleans the assets directory, `modelkit-assets cache clean` the shared cache"),
        Synonym("ls", "search", "versions", of: "list"),
        Synonym("info", "inspect", "view", "cat", of: "show ASSET"),
        Synonym("doctor", "status", "diagnose", "config", "env", "settings", of: "check"),
        Synonym("rm", "uninstall", "delete", "drop", of: "remove NAME"),
        Synonym("freeze", of: "lock"),
        Synonym("pin", of: "add NAME:VERSION"),
        Synonym("export", of: "cache export FILE"),
        Synonym("diff", "preview", of: "plan"),
        Synonym("graph", "deps", of: "tree"),
        Synonym("explain", of: "why ASSET"),
        Synonym("repair", "fix", of: "verify --repair"),
        Synonym("create", "start", of: "init"),
        Synonym(
            "rollback", "revert", "undo",
            hint:
                "restore an earlier assets.yaml and assets.lock, e.g. with `git checkout`, then run "
                + "`modelkit-assets resolve --locked`"),
        Synonym("build", "docker", "oci", "layer", "bundle", of: "image"),
        Synonym("version", of: "--version"),
        Synonym("completion", "completions", of: "--generate-completion-script bash"),
    ]

    static let ofUpdate =
        "`modelkit-assets update` pushes a new version; to use newer versions, run `modelkit-assets upgrade [NAME…]`"

    static let options = [
        OptionSynonym("--json", "--format", "--format json"),
        OptionSynonym("--output-format", "--format"),
        OptionSynonym("--force", "--force-download"),
        OptionSynonym("--refresh", "--force-download"),
        OptionSynonym("--parallel", "--jobs"),
        OptionSynonym("--concurrency", "--jobs"),
        OptionSynonym("--threads", "--jobs"),
        OptionSynonym("--workers", "--jobs"),
        OptionSynonym("--cache", "--cache-dir"),
        OptionSynonym("--target", "--assets-dir"),
        OptionSynonym("--dest", "--assets-dir"),
        OptionSynonym("--output-dir", "--assets-dir"),
        OptionSynonym("--endpoint-url", "--endpoint"),
        OptionSynonym("--anonymous", "--no-sign-request"),
        OptionSynonym("--debug", "--verbose"),
        OptionSynonym("--silent", "--quiet"),
        OptionSynonym("--no-progress", "--progress", "--progress none"),
        OptionSynonym("--no-color", "--color", "--color never"),
        OptionSynonym("--limit-rate", "--max-rate"),
        OptionSynonym("--extra", "--group"),
        OptionSynonym("--upgrade-package", "--upgrade-asset"),
        OptionSynonym("--fix", "--repair"),
        OptionSynonym("--locked", "--check"),
        OptionSynonym("--precise", hint: "did you mean `modelkit-assets add NAME:VERSION`?"),
        OptionSynonym("--invert", hint: "did you mean `modelkit-assets why NAME`?"),
        OptionSynonym("--repair", hint: "did you mean `modelkit-assets verify --repair`?"),
    ]
}

private struct OptionSynonym {
    let word: String
    /// Which a command has to take for the hint to be of use; nil where the hint names another command.
    let option: String?
    let hint: String

    init(_ word: String, _ option: String, _ typed: String? = nil) {
        self.word = word
        self.option = option
        hint = "did you mean `\(typed ?? option)`?"
    }

    init(_ word: String, hint: String) {
        self.word = word
        option = nil
        self.hint = hint
    }
}

extension String {
    /// What stands between a beginning, which ends with a quote, and the last quote of its line or sentence.
    fileprivate func quoted(after beginning: String) -> String? {
        guard let (_, rest) = cut(at: beginning) else { return nil }
        let line = rest.cut(at: "\n")?.head ?? rest
        if let (head, _) = line.cut(at: "'. ") ?? line.cut(at: "'?") { return head }
        return line.lastIndex(of: "'").map { String(line[..<$0]) }
    }

    /// Of `The value 'x' is invalid for '--format <format>'` and what follows.
    fileprivate var invalidValue: (value: String, place: String, rest: String)? {
        guard let (head, tail) = cut(at: "' is invalid for '"), let (_, value) = head.cut(at: "The value '"),
            let (place, rest) = tail.cut(at: "'")
        else { return nil }
        return (value, place, rest)
    }

    /// Of `. Please provide one of 'a', 'b' or 'c'.`, or of one on each line.
    fileprivate var values: [String]? {
        guard hasPrefix(". Please provide one of") else { return nil }
        let lines = split(separator: "\n")
        if lines.count > 1 { return lines.dropFirst().map { String($0.dropFirst(4)) } }
        return split(separator: "'").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
