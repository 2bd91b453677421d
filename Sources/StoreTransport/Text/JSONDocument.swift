internal import AssetModel
package import FoundationEssentials

/// Documents of JSON from outside, whose nesting is bounded.
package enum JSONDocument {
    /// - Returns: nil where the bytes are no such document.
    package static func decode<Value: Decodable>(
        _: Value.Type, from bytes: [UInt8], keys: JSONDecoder.KeyDecodingStrategy = .useDefaultKeys
    ) -> Value? {
        guard JSONNesting.isBounded(bytes) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = keys
        return try? decoder.decode(Value.self, from: Data(bytes))
    }
}

/// The fields of an object, read one by one: one of another type counts as absent, and the others can still be read.
package struct JSONFields: Sendable {
    private let values: [String: JSONValue]

    package init(_ values: [String: JSONValue]) { self.values = values }

    /// Nil where the bytes are no object.
    package init?(_ bytes: [UInt8]) {
        guard let values = JSONDocument.decode([String: JSONValue].self, from: bytes) else { return nil }
        self.init(values)
    }

    package func text(_ name: String) -> String? { values[name]?.text }

    package func wholeNumber(_ name: String) -> Int? { values[name]?.wholeNumber }

    package func object(_ name: String) -> JSONFields? {
        if case .object(let values) = values[name] { JSONFields(values) } else { nil }
    }

    /// The texts of a list, without what is none.
    package func texts(_ name: String) -> [String]? {
        if case .list(let items) = values[name] { items.compactMap(\.text) } else { nil }
    }

    /// All of the fields that are texts.
    package var texts: [String: String] { values.compactMapValues(\.text) }
}

/// A value of JSON, which is written again as it was read.
package indirect enum JSONValue: Codable, Sendable {
    case text(String)
    case flag(Bool)
    case integer(Int64)
    case number(Double)
    case list([JSONValue])
    case object([String: JSONValue])
    case null

    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// A whole number, or a text that is one.
    package var wholeNumber: Int? {
        switch self {
        case .integer(let integer): Int(integer)
        case .number(let number): Int(exactly: number)
        case .text(let text): Int(text)
        case .flag, .list, .object, .null: nil
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else if let object = try? container.decode([String: JSONValue].self) {
            self = .object(object)
        } else {
            self = .null
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        case .null: try container.encodeNil()
        }
    }
}
