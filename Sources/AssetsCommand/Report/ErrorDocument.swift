internal import Operations
internal import Words

/// An error in JSON, wherever there is one: in reports, in progress.
struct ErrorDocument: Encodable, Sendable {
    let code: String
    let message: String
    @OrNull var hint: String?

    init(_ problem: Problem) {
        code = problem.code
        // The details belong to the message: `the store said: …` is half of the reason.
        message = ([problem.message] + problem.details).joined(separator: "; ")
        hint = problem.hint
    }
}
