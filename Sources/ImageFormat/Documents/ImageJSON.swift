internal import AssetModel

/// A value of JSON, of which nothing is lost when it is read and written again but white space and the order of keys.
package indirect enum ImageJSON: Sendable, Equatable {
    case object([String: ImageJSON])
    case list([ImageJSON])
    case text(String)
    /// As it is spelled.
    case number(String)
    case flag(Bool)
    case null

    /// Nil where the bytes are no JSON, or nested too deep.
    package init?(_ bytes: [UInt8]) {
        guard JSONNesting.isBounded(bytes) else { return nil }
        var reader = JSONReader(bytes)
        guard let value = reader.document() else { return nil }
        self = value
    }

    package static func integer(_ value: some BinaryInteger) -> ImageJSON { .number("\(value)") }

    package subscript(_ key: String) -> ImageJSON? {
        get { if case .object(let fields) = self { fields[key] } else { nil } }
        set {
            guard case .object(var fields) = self else { return }
            fields[key] = newValue
            self = .object(fields)
        }
    }

    package var text: String? { if case .text(let text) = self { text } else { nil } }

    package var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

    package var items: [ImageJSON]? { if case .list(let items) = self { items } else { nil } }

    package var fields: [String: ImageJSON]? { if case .object(let fields) = self { fields } else { nil } }

    // MARK: Writing

    /// Keys sorted by their bytes, and no white space: equal values are equal bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .object(let fields): Self.write(fields, to: &bytes)
        case .list(let items): Self.write(items, to: &bytes)
        case .text(let text): Self.write(text, to: &bytes)
        case .number(let text): bytes += Array(text.utf8)
        case .flag(let flag): bytes += Array((flag ? "true" : "false").utf8)
        case .null: bytes += Array("null".utf8)
        }
    }

    private static func write(_ fields: [String: ImageJSON], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, field) in sorted.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(field.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            field.value.write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func write(_ items: [ImageJSON], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            item.write(to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = Array(String(byte, radix: 16).utf8)
                bytes += Array("\\u00".utf8) + (digits.count < 2 ? [UInt8(ascii: "0")] : []) + digits
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
