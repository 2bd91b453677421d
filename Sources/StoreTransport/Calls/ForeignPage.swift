package import NIOHTTP1

/// A page for people where a service should have refused in its own words: a proxy, a gateway or a login page answered.
package struct ForeignPage: RedactableDetail {
    package let status: Int
    /// What it says in short; nil where it says nothing.
    package let title: String?

    init(status: Int, title: String?) {
        self.status = status
        self.title = title
    }

    /// Nil for what may be the service's own.
    ///
    /// | status | may be a page |
    /// | --- | --- |
    /// | 404 | no: of some stores it is how they say that there is no such object |
    /// | 401 with a challenge | no: the server says how it wants to be told who asks |
    /// | 408, 429, 5xx | no: sent again, whoever answered |
    /// | 412, 416 | no: what conditions and ranges come to |
    /// | other 3xx and 4xx | yes |
    ///
    /// - Parameter writesText: whether the service itself answers with a line of text that it calls HTML.
    package init?(status: Int, headers: HTTPHeaders, body: [UInt8], writesText: Bool) {
        switch status {
        case 404, 408, 412, 416, 429: return nil
        case 401 where headers.contains(name: "www-authenticate"): return nil
        case 300..<500: break
        default: return nil
        }
        let text = String(decoding: body.prefix(Self.sample), as: UTF8.self).trimmed
        let isNamed = headers.first(name: "content-type")?.lowercased().hasPrefix("text/html") ?? false
        guard Self.isMarkup(text) || isNamed && !writesText && !text.isEmpty && !text.hasPrefix("<?xml") else {
            return nil
        }
        self.init(status: status, title: Self.title(of: text))
    }

    package func redacted(_ redaction: Redaction) -> ForeignPage {
        ForeignPage(status: status, title: title.map(redaction.callAsFunction))
    }

    /// How much of a page is looked at, in bytes.
    private static let sample = 16 << 10
    /// How long a title may be, in characters.
    private static let limit = 120

    private static func isMarkup(_ text: String) -> Bool {
        let beginning = text.prefix(16).lowercased()
        return beginning.hasPrefix("<!doctype html") || beginning.hasPrefix("<html")
    }

    /// The page's title or heading, or else its first words.
    private static func title(of text: String) -> String? {
        let page = Markup(text)
        let candidates = [page.inner("title"), page.inner("h1"), page.inner("body"), text].compactMap(\.self)
        return candidates.lazy.map { Markup($0).words }.first { !$0.isEmpty }.map { String($0.prefix(limit)) }
    }
}

/// HTML as far as a title takes.
private struct Markup {
    private let bytes: [UInt8]
    /// The same in lower case.
    private let folded: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8)
        folded = bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// What stands between the tags of the first such element; up to the end where it has no end tag.
    func inner(_ element: String) -> String? {
        guard let tag = place(of: "<\(element)", from: 0), let start = place(of: ">", from: tag) else { return nil }
        let end = place(of: "</\(element)", from: start) ?? bytes.count
        return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    }

    /// Without tags, in one line.
    var words: String {
        var (text, isInTag): ([UInt8], Bool) = ([], false)
        for byte in bytes {
            if byte == UInt8(ascii: "<") { isInTag = true }
            text.append(isInTag ? UInt8(ascii: " ") : byte)
            if byte == UInt8(ascii: ">") { isInTag = false }
        }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func place(of text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        guard start + wanted.count <= folded.count else { return nil }
        return (start...(folded.count - wanted.count)).first { folded[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
