package import AssetModel
internal import Terminal

/// An error in words, for people and programs: what text and JSON output are made from.
///
/// Names, paths and what others answered come into it as they are; nothing in it moves a cursor or begins another line.
package struct Problem: Error, Hashable, Sendable {
    /// A stable word for programs, such as `permission-denied`.
    package let code: String
    /// Lower case, no final period, backticks round what the user typed.
    package let message: String
    /// Further lines, each a sentence of its own.
    package let details: [String]
    /// What to do.
    package let hint: String?
    package let excerpt: SourceExcerpt?
    package let exitStatus: Int32
    /// The same in all problems that have one cause and would be told once; nil where a problem stands alone.
    package let cause: String?

    package init(
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
    package func adding(_ more: [String]) -> Problem {
        Problem(
            code: code, message: message, details: details + more, hint: hint, excerpt: excerpt,
            exitStatus: exitStatus, cause: cause)
    }

    package func placed(at excerpt: SourceExcerpt?) -> Problem {
        Problem(
            code: code, message: message, details: details, hint: hint, excerpt: excerpt, exitStatus: exitStatus,
            cause: cause)
    }

    /// Whether both would be told in one.
    package func isSame(as other: Problem) -> Bool { self == other || cause != nil && cause == other.cause }
}

/// Everything that keeps a command from going on.
package struct Problems: Error, Sendable {
    package let list: [Problem]

    package init(_ list: [Problem]) { self.list = list }

    /// The status that the first of them asks for.
    package var exitStatus: Int32 { list.first?.exitStatus ?? 1 }
}
