internal import FoundationEssentials

/// JSON as this program writes it: keys in snake_case and sorted, so that equal values are equal bytes.
package enum JSONText {
    /// Over several lines, with a line feed at the end.
    package static func document(_ value: some Encodable) throws -> String {
        try text(value, formatting: .prettyPrinted) + "\n"
    }

    /// In one line, without a line feed.
    package static func line(_ value: some Encodable) throws -> String { try text(value, formatting: []) }

    private static func text(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A time in seconds, to the millisecond.
    package static func seconds(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

/// An optional that is written as `null`, where the synthesised code would leave the key out: a reader finds every key
/// that the schema names.
@propertyWrapper
package struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
    package var wrappedValue: Value?

    package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension OrNull: Decodable where Value: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }
}

extension OrNull: Equatable where Value: Equatable {}
