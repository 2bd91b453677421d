/// Why a fact could not be had, other than for the store's or the disk's own reasons.
package enum CatalogError: Error, Hashable, Sendable {
    /// The object at the address is not what modelkit writes.
    case malformed(address: String, MalformedContent)
    /// The object names a path that could lead out of the asset or cannot be made.
    case unsafePath(address: String, path: String, UnsafePath)
    /// Asked what only a store knows, and there is none.
    case noStore
}
