internal import AssetModel
internal import Terminal

/// An error in words, for people and programs: what text and JSON output are made from.
///
/// Names, paths and what others answered come into it as they are; nothing in it moves a cursor or begins another line.
struct Problem: Error, Hashable, Sendable {
    /// A stable word for programs, such as `permission-denied`.
    let code: String
    /// Lower case, no final period, backticks round what the user typed.
    let message: String
    /// Further lines, each a sentence of its own.
    let details: [String]
    /// What to do.
    let hint: String?
    let excerpt: SourceExcerpt?
    let exitStatus: Int32
    /// The same in all problems that have one cause and would be told once; nil where a problem stands alone.
    let cause: String?

    init(
        code: String, message: String, details: [String] = [], hint: String? = nil, excerpt: SourceExcerpt? = nil,
        exitStatus: Int32, cause: String? = nil
    ) {
        self.code = code
        self.message = message.escapedForTerminal
        self.details = details.map(\.escapedForTerminal)
        self.hint = hint?.escapedForTerminal
        self.excerpt = excerpt
        self.exitStatus = exitStatus
        self.cause = cause
    }

    /// With further details.
    func adding(_ more: [String]) -> Problem {
        Problem(
            code: code, message: message, details: details + more, hint: hint, excerpt: excerpt,
            exitStatus: exitStatus, cause: cause)
    }

    func placed(at excerpt: SourceExcerpt?) -> Problem {
        Problem(
            code: code, message: message, details: details, hint: hint, excerpt: excerpt, exitStatus: exitStatus,
            cause: cause)
    }

    /// Whether both would be told in one.
    func isSame(as other: Problem) -> Bool { self == other || cause != nil && cause == other.cause }
}

/// Everything that keeps a command from going on.
struct Problems: Error, Sendable {
    let list: [Problem]

    init(_ list: [Problem]) { self.list = list }

    /// The status that the first of them asks for.
    var exitStatus: Int32 { list.first?.exitStatus ?? 1 }
}
