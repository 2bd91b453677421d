package import AssetModel

// The words for names and paths that break the grammar, for every place that reports one.

extension AssetNameFault {
    /// What is wrong, to follow the quoted name.
    package var words: String {
        switch self {
        case .empty: "is empty"
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .character(let scalar): "contains \(quoted(scalar))"
        case .edge: "does not begin and end with a letter or a digit"
        case .emptyComponent: "has an empty component (`//`)"
        case .dottedComponent(let component): "has a component that begins with a dot (`\(component)`)"
        }
    }

    package static let expectation =
        "an asset name: letters, digits, `-`, `_`, `.` and `/`, beginning and ending with a letter or a digit"
}

extension RelativePathFault {
    /// What is wrong, to follow the quoted path.
    package var words: String {
        switch self {
        case .empty: "is empty"
        case .absolute: "is absolute"
        case .nul: "contains a NUL character"
        case .emptyComponent: "has an empty component"
        case .dots(let component): "has a `\(component)` component"
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .reserved: "is `.SUCCESS`, the marker's name"
        }
    }

    package static let expectation = "a path inside the asset, such as `en/words.txt`"
}

private func quoted(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case " ": "a space"
    case "`": "a backtick"
    case _ where scalar.isControl:
        "the control character U+\(String(scalar.value, radix: 16, uppercase: true))"
    default: "`\(scalar)`"
    }
}
