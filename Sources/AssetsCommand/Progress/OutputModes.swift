/// What `--color` says.
enum ColorChoice: String, Sendable, CaseIterable {
    case auto, always, never

    /// Whether a stream is written in colour. The first row that fits counts; `*` is anything.
    ///
    /// | `--color` | `NO_COLOR` | `CLICOLOR_FORCE` | `TERM` | a terminal | colour |
    /// | --- | --- | --- | --- | --- | --- |
    /// | always | * | * | * | * | yes |
    /// | never | * | * | * | * | no |
    /// | auto | not empty | * | * | * | no |
    /// | auto | empty or unset | neither empty nor 0 | * | * | yes |
    /// | auto | empty or unset | empty, unset or 0 | dumb | * | no |
    /// | auto | empty or unset | empty, unset or 0 | other | yes | yes |
    /// | auto | empty or unset | empty, unset or 0 | other | no | no |
    ///
    /// Sources: https://no-color.org, https://bixense.com/clicolors/.
    func isColored(environment: [String: String], isTerminal: Bool) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto: break
        }
        if environment["NO_COLOR", default: ""] != "" { return false }
        if !["", "0"].contains(environment["CLICOLOR_FORCE", default: ""]) { return true }
        return environment["TERM"] != "dumb" && isTerminal
    }
}

/// How progress is shown.
enum ProgressMode: String, Sendable, CaseIterable {
    case tty, plain, json, none
}

/// What `--progress` says.
enum ProgressChoice: String, Sendable, CaseIterable {
    case auto, tty, plain, json, none

    /// How progress is shown on standard error. The first row that fits counts; `*` is anything.
    ///
    /// | `-q` | `--progress` | a terminal | `TERM` | `CI` | mode |
    /// | --- | --- | --- | --- | --- | --- |
    /// | yes | * | * | * | * | none |
    /// | no | tty, plain, json, none | * | * | * | that |
    /// | no | auto | yes | not dumb | empty or unset | tty |
    /// | no | auto | * | * | * | plain |
    func mode(isQuiet: Bool, environment: [String: String], isTerminal: Bool) -> ProgressMode {
        if isQuiet { return .none }
        switch self {
        case .tty: return .tty
        case .plain: return .plain
        case .json: return .json
        case .none: return .none
        case .auto: break
        }
        let isLive = isTerminal && environment["TERM"] != "dumb" && environment["CI", default: ""] == ""
        return isLive ? .tty : .plain
    }
}
