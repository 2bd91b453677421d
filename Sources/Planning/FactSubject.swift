package import AssetModel

/// What could not be found out.
package enum FactSubject: Sendable, Hashable {
    case versions(AssetName)
    case localState(AssetPin)
    case dependencies(AssetPin)
    case files(AssetPin)
    case contents(AssetPin)

    /// By which failures are sorted.
    var order: String {
        switch self {
        case .contents(let pin): "0 \(pin)"
        case .files(let pin): "1 \(pin)"
        case .localState(let pin): "2 \(pin)"
        case .versions(let name): "3 \(name)"
        case .dependencies(let pin): "4 \(pin)"
        }
    }
}
