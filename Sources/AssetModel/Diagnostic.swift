/// A place in a file. Lines and columns count from 1; a column counts Unicode scalars.
package struct SourceLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A place in a file with the text that stands there.
package struct SourceExcerpt: Hashable, Sendable {
    package let location: SourceLocation
    /// The whole line, without its end. Long lines are cut by whoever renders.
    package let line: String
    /// How many scalars from the column on are meant; at least 1.
    package let length: Int

    package init(location: SourceLocation, line: String, length: Int) {
        self.location = location
        self.line = line
        self.length = max(1, length)
    }
}

/// Something wrong with a file that a person wrote: what, where, what was expected and what to do.
package struct Diagnostic: Error, Hashable, Sendable {
    /// A stable word for programs, such as `unknown-key`.
    package let code: String
    /// Lower case, no final period, backticks round what the user typed.
    package let message: String
    package let excerpt: SourceExcerpt?
    /// What would have been right.
    package let expected: String?
    /// What to do, or the nearest known word.
    package let hint: String?

    package init(
        code: String, message: String, at excerpt: SourceExcerpt?, expected: String? = nil, hint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.excerpt = excerpt
        self.expected = expected
        self.hint = hint
    }
}
