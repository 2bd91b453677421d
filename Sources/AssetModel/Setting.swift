/// A value and where it came from.
package struct Setting<Value: Sendable>: Sendable {
    package let value: Value
    package let provenance: Provenance

    package init(_ value: Value, from provenance: Provenance) {
        self.value = value
        self.provenance = provenance
    }

    package func map<Other>(_ transform: (Value) throws -> Other) rethrows -> Setting<Other> {
        Setting<Other>(try transform(value), from: provenance)
    }
}

extension Setting: Equatable where Value: Equatable {}

extension Setting: Hashable where Value: Hashable {}

/// Where a setting came from, in the order in which each beats the next.
package enum Provenance: Hashable, Sendable, CustomStringConvertible {
    case flag(String)
    case environment(String)
    case file(SourceLocation)
    case builtIn

    package var description: String {
        switch self {
        case .flag(let name): "flag \(name)"
        case .environment(let name): "environment variable \(name)"
        case .file(let location): "\(location.file):\(location.line)"
        case .builtIn: "default"
        }
    }
}
