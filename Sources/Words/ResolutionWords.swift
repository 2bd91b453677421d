internal import AssetModel
package import Planning

// The words for what planning finds out besides its failures.

extension ResolutionWarning {
    fileprivate var words: String {
        switch self {
        case .sideBySide(let name, let shares):
            let (count, all) = shares.count == 2 ? ("two", "both") : ("\(shares.count)", "all")
            let reasons = shares.map { "\($0.version) for \(enumeration($0.demands.map(\.words)))" }
            return "`\(name)` is required at \(count) incompatible versions; installing \(all): "
                + reasons.joined(separator: "; ")
        case .noList(let name, let chosen, let fault):
            let versions = enumeration(chosen.map { "`\(name):\($0)`" })
            return "the store has no usable list of the versions of `\(name)` (\(fault.words)); using \(versions) "
                + "without it, as Python modelkit does"
        case .notInStore(let pin, let inStore):
            let has = inStore.isEmpty ? "no versions" : enumeration(inStore.map(\.text))
            return "`\(pin)` is in the assets directory but not in the store, which has \(has): "
                + "other machines cannot get this version"
        case .modelkitTakes(let theirs, let demand, let version, let major):
            return "\(demand.words) resolves to \(version), but Python modelkit with a storage provider would use "
                + "\(theirs), because its `\(major)` also matches \(theirs); pin the exact version if both are used"
        case .modelkitPart(let demand):
            return "\(demand.words): Python modelkit does not support this part in a specification string; "
                + "request the whole asset and join the path"
        case .unlocked(let names, let lock):
            let quoted = names.map { "`\($0)`" }.joined(separator: ", ")
            return "`\(lock)` has no version of \(quoted), which --frozen ignores: run `modelkit-assets lock` and "
                + "commit `\(lock)`"
        }
    }
}

extension [ResolutionWarning] {
    /// A sentence each, those about single entries of the spec last.
    package var sentences: [String] {
        var (choices, parts): ([String], [String]) = ([], [])
        for warning in self {
            if case .modelkitPart = warning { parts.append(warning.words) } else { choices.append(warning.words) }
        }
        return choices.sorted() + parts
    }
}

extension ListFault {
    fileprivate var words: String {
        switch self {
        case .missing(let address): "`\(address)` does not exist"
        case .malformed(let address, let content): "`\(address)`: \(content.words)"
        }
    }
}

extension FactSubject {
    /// To follow `cannot determine`.
    package var words: String {
        switch self {
        case .versions(let name): "the versions of `\(name)`"
        case .localState(let pin): "the local state of `\(pin)`"
        case .dependencies(let pin): "what `\(pin)` depends on"
        case .files(let pin): "the files of `\(pin)`"
        case .contents(let pin): "the contents of `\(pin)`"
        }
    }
}

extension RefetchReason {
    package var words: String {
        switch self {
        case .forced: "forced"
        case .moreFiles: "more files selected"
        case .incomplete(let fault): fault.words
        case .damaged(let detail): detail.words
        case .planned(let words): words ?? "as it was planned"
        }
    }
}

extension LocalFault {
    package var words: String {
        switch self {
        case .special: "it is \(EntryKind.special.words)"
        case .noMarker: "no \(ModelkitLayout.marker) marker"
        case .marker(let kind): "its \(ModelkitLayout.marker) marker is \(kind.words)"
        case .wrongKind(let expected, let found): "expected \(kindWords(expected)), found \(found.words)"
        case .part(let path, let kind): "`\(path)` is \(kind.words)"
        }
    }
}

extension EntryKind {
    fileprivate var words: String {
        switch self {
        case .file: "a file"
        case .directory: "a directory"
        case .link: "a symbolic link"
        case .special: "a special file"
        }
    }
}
