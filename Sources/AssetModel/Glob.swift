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
        // By bytes: a slash before a combining mark is no Character of its own.
        let slash = UInt8(ascii: "/")
        let isFolder = pattern.utf8.last == slash
        let text = isFolder ? pattern.utf8.dropLast() : pattern.utf8[...]
        guard let first = text.first, first != slash else { return nil }
        var parsed: [Component] = []
        for part in text.split(separator: slash, omittingEmptySubsequences: false) {
            guard let component = Self.component(Substring(part)) else { return nil }
            parsed.append(component)
        }
        if isFolder { parsed.append(.anyFolders) }
        // A final `**` takes files, so there must be one.
        if parsed.last == .anyFolders { parsed.insert(.name([.anyRun]), at: parsed.count - 1) }
        self.pattern = pattern
        components = parsed
    }

    package func matches(_ path: RelativePath) -> Bool {
        let names = path.components.map { Array($0.unicodeScalars) }
        return matchesRun(names, components, isRun: { $0 == .anyFolders }, takes: { $0.takes($1) })
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

/// Whether a pattern, some of whose items stand for any run of elements, takes all the elements.
///
/// Greedy, with one point to come back to: what an earlier run took need never be tried again, so that the time is the
/// product of the lengths at most, where a recursive match takes exponential time. It serves both levels of a pattern.
private func matchesRun<Element, Item>(
    _ elements: [Element], _ pattern: [Item], isRun: (Item) -> Bool, takes: (Item, Element) -> Bool
) -> Bool {
    var (element, item) = (0, 0)
    var comeBack: (element: Int, item: Int)?
    while element < elements.count {
        if item < pattern.count, isRun(pattern[item]) {
            comeBack = (element, item)
            item += 1
        } else if item < pattern.count, takes(pattern[item], elements[element]) {
            element += 1
            item += 1
        } else if let point = comeBack {
            comeBack = (point.element + 1, point.item)
            (element, item) = (point.element + 1, point.item + 1)
        } else {
            return false
        }
    }
    return pattern[item...].allSatisfy(isRun)
}

extension Glob.Component {
    fileprivate func takes(_ name: [Unicode.Scalar]) -> Bool {
        guard case .name(let tokens) = self else { return false }
        return matchesRun(name, tokens, isRun: { $0 == .anyRun }, takes: { $0.takes($1) })
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
