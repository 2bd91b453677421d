/// The members of a JSON object as they stand in its text.
enum JSONMembers {
    /// The text with this member at its end, in the place of those of its name, and all else in it as it is.
    ///
    /// - Parameter text: an object that was read before. Its reader forgives a comma behind the last member, which goes.
    static func setting(_ name: String, to value: [UInt8], in text: [UInt8]) -> [UInt8] {
        let members = members(of: text)
        guard let first = members.first, let end = text.lastIndex(of: UInt8(ascii: "}")) else { return text }
        let kept = members.filter { !$0.name.elementsEqual(name.utf8) }.map { Array(text[$0.range]) }
        let all = kept + [Array(" \"\(name)\": ".utf8) + value]
        let joined = Array(all.joined(separator: [UInt8(ascii: ",")]))
        return Array(text[..<first.range.lowerBound]) + joined + text[end...]
    }

    private struct Member {
        /// As it is written, without its quotes.
        let name: ArraySlice<UInt8>
        /// Between the braces and commas round it.
        let range: Range<Int>
    }

    private static func members(of text: [UInt8]) -> [Member] {
        var members: [Member] = []
        var (depth, start, isEscaped): (Int, Int, Bool) = (0, 0, false)
        // Where a text begins; where the first one of a member stood.
        var (quote, name): (Int?, Range<Int>?) = (nil, nil)
        for (place, byte) in text.enumerated() {
            if let opened = quote {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    (quote, name) = (nil, name ?? opened + 1..<place)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): quote = place
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 1 { start = place + 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                if depth == 1 {
                    if let name { members.append(Member(name: text[name], range: start..<place)) }
                    (start, name) = (place + 1, nil)
                }
                if byte != UInt8(ascii: ",") { depth -= 1 }
            default: continue
            }
        }
        return members
    }
}
