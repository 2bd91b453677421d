internal import AssetModel

/// A diagnostic as programs read it: the same facts as the text, as fields.
struct DiagnosticRecord: Codable, Hashable, Sendable {
    let code: String
    let message: String
    let file: String?
    /// From 1.
    let line: Int?
    /// From 1, in Unicode scalars.
    let column: Int?
    let expected: String?
    let hint: String?

    init(_ diagnostic: Diagnostic) {
        code = diagnostic.code
        message = diagnostic.message
        file = diagnostic.excerpt?.location.file
        line = diagnostic.excerpt?.location.line
        column = diagnostic.excerpt?.location.column
        expected = diagnostic.expected
        hint = diagnostic.hint
    }
}
