internal import AssetModel
internal import FoundationEssentials

/// A JSON object of the store, read with errors that say where they are and what was expected.
struct JSONObject {
    private let values: [String: JSONValue]

    private init(values: [String: JSONValue]) { self.values = values }

    /// - Throws: `ContentFault` where the bytes are not a JSON object.
    init(_ bytes: [UInt8]) throws(ContentFault) {
        if let values = PlainJSON.object(bytes) {
            self.values = values
            return
        }
        guard JSONNesting.isBounded(bytes) else { throw .malformed(.tooDeep(limit: JSONNesting.limit)) }
        // At once as the object that it nearly always is: each guess that fails costs an error.
        if let values = try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)) {
            self.values = values
            return
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
            throw .malformed(.notJSON(Self.beginning(of: bytes)))
        }
        throw .malformed(.notAnObject(value.kind))
    }

    func string(_ key: String) throws(ContentFault) -> String {
        guard case .string(let text) = try value(key) else { throw wrong(key, .string) }
        return text
    }

    func bool(_ key: String, default standard: Bool) throws(ContentFault) -> Bool {
        switch values[key] {
        case nil: return standard
        case .bool(let value): return value
        default: throw wrong(key, .bool)
        }
    }

    func strings(_ key: String) throws(ContentFault) -> [String] {
        guard case .array(let items) = try value(key) else { throw wrong(key, .strings) }
        var strings: [String] = []
        strings.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item else {
                throw .malformed(.wrongType("\(key)[\(index)]", expected: .string, found: item.kind))
            }
            strings.append(text)
        }
        return strings
    }

    func stringsIfPresent(_ key: String) throws(ContentFault) -> [String] {
        values[key] == nil ? [] : try strings(key)
    }

    /// The objects of a list; empty where there is no such key.
    func objectsIfPresent(_ key: String) throws(ContentFault) -> [JSONObject] {
        guard values[key] != nil else { return [] }
        guard case .array(let items) = try value(key) else { throw wrong(key, .objects) }
        var objects: [JSONObject] = []
        objects.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            guard case .object(let values) = item else {
                throw .malformed(.wrongType("\(key)[\(index)]", expected: .object, found: item.kind))
            }
            objects.append(JSONObject(values: values))
        }
        return objects
    }

    func stringIfPresent(_ key: String) throws(ContentFault) -> String? {
        values[key] == nil ? nil : try string(key)
    }

    /// A whole number that is not negative.
    func count(_ key: String) throws(ContentFault) -> Int64 {
        guard case .number(let number) = try value(key), let count = Int64(exactly: number), count >= 0 else {
            throw wrong(key, .wholeNumber)
        }
        return count
    }

    private func value(_ key: String) throws(ContentFault) -> JSONValue {
        guard let value = values[key] else { throw .malformed(.missing(key)) }
        return value
    }

    private func wrong(_ key: String, _ expected: MalformedContent.JSONExpectation) -> ContentFault {
        .malformed(.wrongType(key, expected: expected, found: values[key]?.kind))
    }

    private static func beginning(of bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(24), as: UTF8.self)
        return bytes.count > 24 ? text + "…" : text
    }
}

/// Any JSON value.
enum JSONValue: Decodable, Hashable {
    case null
    case number(Double)
    case bool(Bool)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else if let object = try? container.decode([String: JSONValue].self) {
            self = .object(object)
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    var kind: MalformedContent.JSONKind {
        switch self {
        case .null: .null
        case .number: .number
        case .bool: .bool
        case .string: .string
        case .array: .list
        case .object: .object
        }
    }
}
