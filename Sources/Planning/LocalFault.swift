package import AssetModel

/// Why what stands in the assets directory cannot be taken for an asset.
package enum LocalFault: Sendable, Hashable {
    /// It is neither a file nor a directory nor a link.
    case special
    case noMarker
    /// Something else has the marker's name.
    case marker(EntryKind)
    case wrongKind(expected: AssetKind, found: EntryKind)
    /// Something else stands in the place of one of its files.
    case part(String, EntryKind)
}

/// What an entry of a directory is.
package enum EntryKind: Sendable, Hashable {
    case file, directory, link, special
}

/// Why the store's list of an asset's versions is of no use.
package enum ListFault: Sendable, Hashable {
    case missing(address: String)
    case malformed(address: String, AnyErrorDetail)
}
