internal import AssetModel

/// A plan in a file, for `apply`: what is to be done, and what the world was when that was decided.
package struct SealedPlan: Codable, Sendable, Equatable {
    struct Object: Codable, Sendable, Equatable {
        /// Inside the asset; null for a file asset.
        @OrNull var path: String?
        /// As it is stored, in bytes.
        let storedSize: Int64
        /// Null where the store has none.
        @OrNull var entityTag: String?
        @OrNull var size: Int64?
        @OrNull var sha256: String?
        /// Of the lock, until it has a digest: `CRC32C:1a2b3c4d`.
        @OrNull var checksum: String?
    }

    struct Asset: Codable, Sendable, Equatable {
        let name: String
        let version: String
        let action: String
        /// Why it is fetched again.
        @OrNull var reason: String?
        @OrNull var kind: AssetKind?
        /// Seconds since 1970.
        @OrNull var pushTime: Int64?
        /// Whether files are left out, so that it gets no marker.
        let isPartial: Bool
        let objects: [Object]
        let waitsFor: [String]
        /// What stood in the assets directory.
        let local: String
    }

    struct Entry: Codable, Sendable, Equatable {
        let name: String
        /// `1`, `>=3, <4`, `latest`
        let requirement: String
        @OrNull var part: String?
        let asset: String
    }

    var format = Self.formatName
    var version = Self.formatVersion
    let versioning: String
    let assetsDir: String
    /// Whether nothing at all stood in the assets directory.
    let isDirectoryEmpty: Bool
    @OrNull var store: String?
    /// The path of the lock that it agrees with, as it was found; null where there was none.
    @OrNull var lock: String?
    let assets: [Asset]
    let entries: [Entry]

    package static let formatName = "modelkit-assets/sealed-plan"
    package static let formatVersion = 2
}
