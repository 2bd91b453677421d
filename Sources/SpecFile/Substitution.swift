/// Variables in values, with docker compose's meaning
/// (https://docs.docker.com/reference/compose-file/interpolation/).
///
/// | written | becomes |
/// | --- | --- |
/// | `${VAR}` | the variable; an error where it is not set |
/// | `${VAR:-default}` | the variable, or the default where it is not set or empty; the default may hold variables |
/// | `${VAR:?message}` | the variable, or an error with the message where it is not set or empty |
/// | `$$` | `$` |
/// | any other `$` | an error: compose would read `$VAR` as a variable, a shell's user would not expect it to stay |
///
/// What a variable holds is text: it is not read as YAML, nor for further variables.
struct Substitution {
    /// Defaults within defaults: enough for anything written by hand.
    static let maximumDepth = 8

    let variables: [String: String]

    /// What a written text comes to.
    ///
    /// - Parameter isSuggesting: Whether a fault is to name the variable that may have been meant.
    func callAsFunction(_ written: String, isSuggesting: Bool) throws(SubstitutionFault) -> SubstitutedText {
        guard written.utf8.contains(UInt8(ascii: "$")) else { return SubstitutedText(value: written, variables: []) }
        var reader = SubstitutionReader(written, variables: variables, isSuggesting: isSuggesting)
        let value = try reader.text(depth: 0, isUsed: true)
        return SubstitutedText(value: value, variables: reader.used)
    }
}

/// A text with its variables replaced.
struct SubstitutedText {
    let value: String
    /// The names of those whose values are in it.
    let variables: [String]
}

/// A fault and the stretch of the written text that it is about, in scalars.
struct SubstitutionFault: Error {
    let fault: SpecFault
    let range: Range<Int>
}

private struct SubstitutionReader {
    private let scalars: [Unicode.Scalar]
    private let variables: [String: String]
    private let isSuggesting: Bool
    private var position = 0
    /// The variables whose values are in the text.
    private(set) var used: [String] = []

    init(_ text: String, variables: [String: String], isSuggesting: Bool) {
        self.isSuggesting = isSuggesting
        scalars = Array(text.unicodeScalars)
        self.variables = variables
    }

    /// Reads to the end or, in a default, to the brace that closes it.
    ///
    /// - Parameter isUsed: Whether a variable that is not set matters: a default that is not taken is read for its form.
    mutating func text(depth: Int, isUsed: Bool) throws(SubstitutionFault) -> String {
        var result = String.UnicodeScalarView()
        while position < scalars.count {
            let scalar = scalars[position]
            if scalar == "}", depth > 0 { break }
            if scalar == "$" {
                result.append(contentsOf: try dollar(depth: depth, isUsed: isUsed).unicodeScalars)
            } else {
                result.append(scalar)
                position += 1
            }
        }
        return String(result)
    }

    private mutating func dollar(depth: Int, isUsed: Bool) throws(SubstitutionFault) -> String {
        let start = position
        position += 1
        switch peek {
        case "$":
            position += 1
            return "$"
        case "{":
            position += 1
            return try braces(from: start, depth: depth, isUsed: isUsed)
        default: throw loneDollar(at: start)
        }
    }

    private mutating func braces(from start: Int, depth: Int, isUsed: Bool) throws(SubstitutionFault) -> String {
        guard depth < Substitution.maximumDepth else { throw fault(.substitutionTooDeep, from: start) }
        let name = takeName()
        let value = variables[name]
        if name.isEmpty { throw malformed(from: start) }
        if peek == "}" {
            position += 1
            if let value {
                if isUsed { used.append(name) }
                return value
            }
            if isUsed { throw fault(unset(name, message: ""), from: start) }
            return ""
        }
        guard peek == ":", position + 1 < scalars.count else { throw malformed(from: start) }
        let form = scalars[position + 1]
        guard form == "-" || form == "?" else { throw malformed(from: start) }
        position += 2
        let isMissing = (value ?? "").isEmpty
        let other = try text(depth: depth + 1, isUsed: isUsed && isMissing)
        guard peek == "}" else { throw malformed(from: start) }
        position += 1
        guard isMissing else {
            if isUsed { used.append(name) }
            return value ?? ""
        }
        if form == "?", isUsed {
            throw fault(unset(name, message: other), from: start)
        }
        return other
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// A letter or `_`, then letters, digits and `_`; empty where there is none.
    private mutating func takeName() -> String {
        let start = position
        while let scalar = peek, scalar.isASCII, scalar == "_" || scalar.properties.isAlphabetic || isDigit(scalar) {
            if position == start, isDigit(scalar) { break }
            position += 1
        }
        return text(start..<position)
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private func fault(_ fault: SpecFault, from start: Int) -> SubstitutionFault {
        SubstitutionFault(fault: fault, range: start..<max(position, start + 1))
    }

    private func unset(_ name: String, message: String) -> SpecFault {
        let known = isSuggesting ? variables.keys.filter { $0 != name }.sorted() : []
        return .unset(name, message: message, isEmpty: variables[name] != nil, known: known)
    }

    /// What is quoted ends with the next closing brace, or with the text.
    private func malformed(from start: Int) -> SubstitutionFault {
        let close = scalars[start...].firstIndex(of: "}")
        let range = start..<(close.map { $0 + 1 } ?? scalars.count)
        return SubstitutionFault(fault: .malformedSubstitution(text(range), isClosed: close != nil), range: range)
    }

    private func loneDollar(at start: Int) -> SubstitutionFault {
        var reader = self
        let name = reader.takeName()
        return SubstitutionFault(fault: .loneDollar(name: name), range: start..<start + 1 + name.unicodeScalars.count)
    }
}
