package import AssetModel

/// What a provider may know of the process that it runs in. Only the composition root reads the process itself.
package struct ProviderEnvironment: Sendable {
    /// Without those that are empty: shells and CI systems cannot always unset one.
    package let variables: [String: String]
    /// The names of those that are set to nothing.
    private let empty: Set<String>
    /// The wall clock, in seconds since 1970.
    package let now: @Sendable () -> Double

    package init(variables: [String: String], empty: Set<String> = [], now: @escaping @Sendable () -> Double) {
        self.variables = variables.filter { !$0.value.isEmpty }
        self.empty = empty
        self.now = now
    }

    package subscript(name: String) -> String? { variables[name] }

    /// Whether it is set to nothing: a secret that was not mounted.
    package func isEmpty(_ name: String) -> Bool { empty.contains(name) }

    /// Where `~` leads; nil where nothing says.
    package var home: String? { variables["HOME"] }
}

extension ProviderEnvironment {
    /// The first of the variables that is set.
    package func setting(_ names: [String]) -> Setting<String>? {
        for name in names {
            if let value = self[name] { return Setting(value, from: .environment(name)) }
        }
        return nil
    }
}
