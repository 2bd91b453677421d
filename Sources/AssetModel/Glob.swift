/// A pattern over paths inside an asset: `*` and `?` stay within a component, `**` crosses components, `[a-z]` and
/// `[!a-z]` are sets, `\` takes the next character literally.
///
/// As in gitignore's and Docker's patterns, `**/` also matches no folder at all, and a pattern that ends in `/` stands
/// for all that is below it.
package struct Glob: Hashable, Sendable, CustomStringConvertible {
    package let pattern: String
    private let components: [Component]

    package var description: String { pattern }

    fileprivate enum Component: Hashable, Sendable {
        case anyFolders
        case name([Token])
    }

    fileprivate enum Token: Hashable, Sendable {
        case literal(Unicode.Scalar)
        case anyOne
        case anyRun
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    /// Nil where the pattern is empty, begins with `/`, has an empty, `.` or `..` component or an unclosed `[`.
    package init?(_ pattern: String) {
        let text = pattern.hasSuffix("/") ? pattern.dropLast() : pattern[...]
        guard !text.isEmpty, !text.hasPrefix("/") else { return nil }
        var parsed: [Component] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard let component = Self.component(part) else { return nil }
            parsed.append(component)
        }
        if pattern.hasSuffix("/") { parsed.append(.anyFolders) }
        self.pattern = pattern
        components = parsed
    }

    package func matches(_ path: RelativePath) -> Bool {
        matches(path.components.map { Array($0.unicodeScalars) }[...], components[...])
    }

    private func matches(_ path: ArraySlice<[Unicode.Scalar]>, _ pattern: ArraySlice<Component>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case .anyFolders:
            // A final `**` takes files, so there must be one.
            if rest.isEmpty { return !path.isEmpty }
            return (path.startIndex...path.endIndex).contains { matches(path[$0...], rest) }
        case .name(let tokens):
            guard let name = path.first, Self.matches(name[...], tokens[...]) else { return false }
            return matches(path.dropFirst(), rest)
        }
    }

    /// Greedy with one point to come back to, so that the time is the product of the lengths at most.
    private static func matches(_ name: ArraySlice<Unicode.Scalar>, _ tokens: ArraySlice<Token>) -> Bool {
        var (n, t) = (name.startIndex, tokens.startIndex)
        var comeBack: (name: Int, token: Int)?
        while n < name.endIndex {
            if t < tokens.endIndex, tokens[t] == .anyRun {
                comeBack = (n, t)
                t += 1
            } else if t < tokens.endIndex, tokens[t].takes(name[n]) {
                n += 1
                t += 1
            } else if let point = comeBack {
                comeBack = (point.name + 1, point.token)
                (n, t) = (point.name + 1, point.token + 1)
            } else {
                return false
            }
        }
        return tokens[t...].allSatisfy { $0 == .anyRun }
    }

    private static func component(_ text: Substring) -> Component? {
        if text == "**" { return .anyFolders }
        if text.isEmpty || text == "." || text == ".." { return nil }
        var tokens: [Token] = []
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "*": if tokens.last != .anyRun { tokens.append(.anyRun) }
            case "?": tokens.append(.anyOne)
            case "[":
                guard let set = takeSet(&scalars) else { return nil }
                tokens.append(set)
            case "\\":
                guard let next = scalars.popFirst() else { return nil }
                tokens.append(.literal(next))
            default: tokens.append(.literal(scalar))
            }
        }
        return .name(tokens)
    }

    private static func takeSet(_ scalars: inout Substring.UnicodeScalarView.SubSequence) -> Token? {
        let negated = scalars.first == "!" || scalars.first == "^"
        if negated { scalars.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let low = scalars.popFirst() {
            if low == "]", !ranges.isEmpty { return .set(ranges, negated: negated) }
            guard scalars.first == "-", let high = scalars.dropFirst().first, high != "]" else {
                ranges.append(low...low)
                continue
            }
            guard low <= high else { return nil }
            scalars.removeFirst(2)
            ranges.append(low...high)
        }
        return nil
    }
}

extension Glob.Token {
    fileprivate func takes(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .literal(let literal): literal == scalar
        case .anyOne: true
        case .anyRun: false
        case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }
}
