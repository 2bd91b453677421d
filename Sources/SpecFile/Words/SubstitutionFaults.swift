// The words for variables that cannot be replaced.

extension SpecFault {
    private static let forms = "`${VAR}`, `${VAR:-default}` or `${VAR:?message}`"

    static func unset(_ name: String, message: String, isEmpty: Bool, known: [String]) -> SpecFault {
        let reason = message.isEmpty ? "" : ": \(message)"
        let state = isEmpty ? "empty" : "not set"
        return SpecFault(
            "unset-variable", "environment variable \(quoted(name)) is \(state)\(reason)",
            hint: didYouMean(name, among: known)
                ?? "set it, or provide a default with `${\(name):-default}`")
    }

    static func malformedSubstitution(_ text: String, isClosed: Bool) -> SpecFault {
        SpecFault(
            "substitution",
            isClosed ? "invalid variable reference \(quoted(text))" : "unclosed variable reference \(quoted(text))",
            expected: forms,
            hint: colonHint(text) ?? "write `$$` for a literal dollar sign")
    }

    /// `${VAR-default}` and `${VAR?message}` mean nearly the same to compose.
    private static func colonHint(_ text: String) -> String? {
        let name = text.dropFirst(2).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let rest = text.dropFirst(2 + name.count)
        return rest.hasPrefix("-") || rest.hasPrefix("?") ? "did you mean \(quoted("${\(name):\(rest)"))?" : nil
    }

    static func loneDollar(name: String) -> SpecFault {
        let hint =
            name.isEmpty
            ? "write `$$` for a literal dollar sign"
            : "write `${\(name)}` for the variable, or `$$\(name)` for a literal dollar sign"
        return SpecFault("substitution", "ambiguous \(quoted("$" + name))", expected: forms, hint: hint)
    }

    static var substitutionTooDeep: SpecFault {
        SpecFault("substitution", "defaults are nested more than \(Substitution.maximumDepth) levels deep")
    }
}
