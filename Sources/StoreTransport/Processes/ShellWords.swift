/// Splits a line as a shell does, without doing anything else that a shell does: as Python's `shlex.split`.
package enum ShellWords {
    /// Nil where a quote is not closed.
    package static func split(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = line[...]
        func add(_ character: Character) {
            if word == nil { word = "" }
            word?.append(character)
        }
        while let character = characters.popFirst() {
            switch (character, quote) {
            case (_, "'") where character != "'", ("'", "\""): add(character)
            case ("\\", _):
                guard let next = characters.popFirst() else { return nil }
                // Within double quotes, only what has a meaning there is escaped.
                let isKept = quote == "\"" && next != "\"" && next != "\\"
                if isKept { add("\\") }
                add(next)
            case (_, let open?) where character == open: quote = nil
            case ("'", nil), ("\"", nil): (quote, word) = (character, word ?? "")
            case (_, nil) where character.isWhitespace:
                if let whole = word { words.append(whole) }
                word = nil
            default: add(character)
            }
        }
        if let whole = word { words.append(whole) }
        return quote == nil ? words : nil
    }
}
