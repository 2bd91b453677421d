/// Reads a document of JSON (RFC 8259) whose nesting is known to be bounded. A key that comes twice makes it none.
struct JSONReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil where it is no JSON.
    mutating func document() -> ImageJSON? {
        guard let value = value() else { return nil }
        skipSpace()
        return place == bytes.count ? value : nil
    }

    private mutating func value() -> ImageJSON? {
        skipSpace()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return list()
        case UInt8(ascii: "\""): return text().map(ImageJSON.text)
        case UInt8(ascii: "t"): return take("true") ? .flag(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .flag(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object() -> ImageJSON? {
        place += 1
        var fields: [String: ImageJSON] = [:]
        if isNext("}") { return .object(fields) }
        while true {
            skipSpace()
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\""), let key = text(), isNext(":"),
                let value = value(), fields.updateValue(value, forKey: key) == nil
            else { return nil }
            if isNext("}") { return .object(fields) }
            guard isNext(",") else { return nil }
        }
    }

    private mutating func list() -> ImageJSON? {
        place += 1
        var items: [ImageJSON] = []
        if isNext("]") { return .list(items) }
        while true {
            guard let value = value() else { return nil }
            items.append(value)
            if isNext("]") { return .list(items) }
            guard isNext(",") else { return nil }
        }
    }

    // MARK: Texts

    private mutating func text() -> String? {
        place += 1
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += Array(String(scalar).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return unicode()
        default: return nil
        }
    }

    private mutating func unicode() -> Unicode.Scalar? {
        guard let first = unit() else { return nil }
        guard 0xD800..<0xDC00 ~= first else { return Unicode.Scalar(first) }
        guard take("\\u"), let second = unit(), 0xDC00..<0xE000 ~= second else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    /// Four hexadecimal digits.
    private mutating func unit() -> UInt32? {
        guard bytes.count - place >= 4 else { return nil }
        var value: UInt32 = 0
        for byte in bytes[place..<place + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            value = value << 4 | UInt32(digit)
        }
        place += 4
        return value
    }

    // MARK: Numbers and words

    private mutating func number() -> ImageJSON? {
        let start = place
        if place < bytes.count, bytes[place] == UInt8(ascii: "-") { place += 1 }
        guard let whole = digits(), whole.count == 1 || bytes[whole.lowerBound] != UInt8(ascii: "0") else { return nil }
        if take(".") { guard digits() != nil else { return nil } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() != nil else { return nil }
        }
        return .number(String(decoding: bytes[start..<place], as: UTF8.self))
    }

    /// At least one digit.
    private mutating func digits() -> Range<Int>? {
        let start = place
        while place < bytes.count, (0x30...0x39).contains(bytes[place]) { place += 1 }
        return place > start ? start..<place : nil
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let found = word.withUTF8Buffer { bytes[place...].starts(with: $0) }
        if found { place += word.utf8CodeUnitCount }
        return found
    }

    /// Whether this comes next, white space aside; it is gone past.
    private mutating func isNext(_ word: StaticString) -> Bool {
        skipSpace()
        return take(word)
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }
}
