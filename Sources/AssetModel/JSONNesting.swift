/// How deep a JSON document's lists and objects lie in each other.
package enum JSONNesting {
    /// No document that the program reads comes near. FoundationEssentials' scanner stops the process at 512.
    package static let limit = 64

    /// Whether a document can be given to a JSON decoder. Brackets in strings do not count.
    package static func isBounded(_ document: [UInt8]) -> Bool {
        var (depth, isString, isEscaped) = (0, false, false)
        for byte in document {
            if isEscaped {
                isEscaped = false
            } else if isString {
                isEscaped = byte == UInt8(ascii: "\\")
                isString = byte != UInt8(ascii: "\"")
            } else {
                switch byte {
                case UInt8(ascii: "\""): isString = true
                case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                default: break
                }
                if depth > limit { return false }
            }
        }
        return true
    }
}
