internal import AssetModel
internal import Glibc

/// The environment variables of a run. A variable that is empty counts as unset, as shells and CI systems cannot always
/// unset one.
package struct ProcessEnvironment: Sendable {
    package let variables: [String: String]
    /// The names of those that are set to nothing.
    let empty: Set<String>

    package init(_ variables: [String: String]) {
        self.variables = variables.filter { !$0.value.isEmpty }
        empty = Set(variables.filter(\.value.isEmpty).keys)
    }

    package subscript(name: String) -> String? { variables[name] }

    /// The first of the names that is set.
    func first(_ names: [String]) -> Setting<String>? {
        for name in names {
            if let value = variables[name] { return Setting(value, from: .environment(name)) }
        }
        return nil
    }

    /// The variables of this process. Only the composition root asks.
    package static func current() -> ProcessEnvironment {
        var variables: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return ProcessEnvironment(variables)
    }
}
