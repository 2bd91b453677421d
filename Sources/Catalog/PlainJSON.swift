internal import AssetModel

/// Reads JSON (RFC 8259) as Python writes what modelkit keeps: texts without escapes, whole numbers, no key twice. It says
/// nothing of other documents, which a JSON decoder reads: nearly all are plain, and of these it takes a tenth of the time.
struct PlainJSON {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var depth = 0

    /// The object that a document is; nil where it is none, or not plain.
    static func object(_ bytes: [UInt8]) -> [String: JSONValue]? {
        bytes.withUnsafeBufferPointer { bytes in
            var reader = PlainJSON(bytes: bytes)
            guard reader.take(UInt8(ascii: "{")), let object = reader.object(), reader.next == nil else { return nil }
            return object
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func value() -> JSONValue? {
        guard let byte = next else { return nil }
        switch byte {
        case UInt8(ascii: "\""): return text().map(JSONValue.string)
        case UInt8(ascii: "{"):
            place += 1
            return object().map(JSONValue.object)
        case UInt8(ascii: "["):
            place += 1
            return list().map(JSONValue.array)
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number()
        }
    }

    /// What follows the opening brace.
    private mutating func object() -> [String: JSONValue]? {
        var object: [String: JSONValue] = [:]
        guard enter() else { return nil }
        if take(UInt8(ascii: "}")) { return leave(object) }
        while true {
            guard next == UInt8(ascii: "\""), let key = text(), take(UInt8(ascii: ":")), let value = value(),
                object.updateValue(value, forKey: key) == nil
            else { return nil }
            if take(UInt8(ascii: "}")) { return leave(object) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    /// What follows the opening bracket.
    private mutating func list() -> [JSONValue]? {
        var list: [JSONValue] = []
        guard enter() else { return nil }
        if take(UInt8(ascii: "]")) { return leave(list) }
        while true {
            guard let value = value() else { return nil }
            list.append(value)
            if take(UInt8(ascii: "]")) { return leave(list) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func enter() -> Bool {
        depth += 1
        return depth <= JSONNesting.limit
    }

    private mutating func leave<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    // MARK: Texts, numbers and words

    private mutating func text() -> String? {
        let start = place + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            guard bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\\") else { return nil }
            end += 1
        }
        guard end < bytes.count else { return nil }
        place = end + 1
        return String(validating: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }

    /// One that `Double` has exactly.
    private mutating func number() -> JSONValue? {
        let start = place
        var number = 0
        while place < bytes.count, bytes[place] >= UInt8(ascii: "0"), bytes[place] <= UInt8(ascii: "9") {
            number = number * 10 + Int(bytes[place] - UInt8(ascii: "0"))
            place += 1
            guard place - start <= 15 else { return nil }
        }
        guard place > start, place == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return .number(Double(number))
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for index in place..<end where bytes[index] != word.utf8Start[index - place] { return false }
        place = end
        return true
    }

    /// Whether this comes next; it is gone past.
    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    /// The next byte that is no white space; what is before it is gone past.
    private var next: UInt8? {
        mutating get {
            while place < bytes.count {
                switch bytes[place] {
                case 0x20, 0x09, 0x0A, 0x0D: place += 1
                case let byte: return byte
                }
            }
            return nil
        }
    }
}
