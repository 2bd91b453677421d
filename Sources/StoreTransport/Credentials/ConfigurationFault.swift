package import AssetModel
package import ObjectStore

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

extension StoreError {
    /// Of a store that was not opened, once something is asked of it.
    package init(_ fault: ConfigurationFault, address: String) {
        let place = fault.place.map { [$0.phrase] } ?? []
        let expected = fault.expected.map { ["expected \($0)"] } ?? []
        self.init(
            .unusableSettings, operation: "open", address: address, detail: fault.words, notes: place + expected,
            remedy: fault.hint)
    }
}
