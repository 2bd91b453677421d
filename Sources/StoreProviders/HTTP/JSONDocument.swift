internal import AssetModel
internal import FoundationEssentials

/// Documents of JSON from outside, whose nesting is bounded.
enum JSONDocument {
    /// - Returns: nil where the bytes are no such document.
    static func decode<Value: Decodable>(
        _: Value.Type, from bytes: [UInt8], keys: JSONDecoder.KeyDecodingStrategy = .useDefaultKeys
    ) -> Value? {
        guard JSONNesting.isBounded(bytes) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = keys
        return try? decoder.decode(Value.self, from: Data(bytes))
    }
}
