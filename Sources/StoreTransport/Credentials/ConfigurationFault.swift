package import AssetModel

/// A setting of a provider that cannot be used.
package struct ConfigurationFault: Error, Sendable, Equatable {
    /// Lower case, without a final period.
    package let words: String
    /// Where the setting came from.
    package let place: Provenance?
    package let expected: String?
    package let hint: String?

    package init(_ words: String, place: Provenance? = nil, expected: String? = nil, hint: String? = nil) {
        self.words = words
        self.place = place
        self.expected = expected
        self.hint = hint
    }
}
