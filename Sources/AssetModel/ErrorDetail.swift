/// What an error says beside its kind, as data. Each target has types of its own for it, and the words for all of them are made
/// where all are known.
package protocol ErrorDetail: Hashable, Sendable {}

/// What a store, a library or the system said, as it came.
extension String: ErrorDetail {}

/// A detail of any type.
package struct AnyErrorDetail: Hashable, Sendable {
    package let value: any ErrorDetail

    package init(_ value: any ErrorDetail) { self.value = value }

    package static func == (left: AnyErrorDetail, right: AnyErrorDetail) -> Bool {
        AnyHashable(left.value) == AnyHashable(right.value)
    }

    package func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
