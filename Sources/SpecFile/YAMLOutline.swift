/// Where the nodes of a document stand in its text, byte for byte.
///
/// The tree that a spec is decoded from (`YAMLNode`) has the places that a caret needs; an edit needs both ends of a node.
struct YAMLOutline {
    enum Content {
        case scalar(String)
        case sequence([YAMLOutline])
        case mapping([Pair])
        case alias
    }

    struct Pair {
        let key: YAMLOutline
        let value: YAMLOutline
    }

    let content: Content
    /// Of a collection without brackets: up to the end of the last thing in it.
    let range: Range<Int>
    /// Whether it is a scalar or a collection in brackets, which ends where its text does.
    let isDelimited: Bool

    /// - Precondition: the text is one document that `YAMLComposer` took.
    init?(of source: SourceText) {
        let outline: YAMLOutline?? = source.bytes.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return nil }
            var walk = Walk(source: source, reader: YAMLEventReader(start, count: text.count))
            return try? walk.document()
        }
        guard case .some(.some(let outline)) = outline else { return nil }
        self = outline
    }

    private init(_ content: Content, at range: Range<Int>, isDelimited: Bool = true) {
        self.content = content
        self.range = range
        self.isDelimited = isDelimited
    }

    /// The text of a scalar, nil for other nodes.
    var text: String? {
        guard case .scalar(let text) = content else { return nil }
        return text
    }

    /// The value of a key, nil where it is not there.
    subscript(key: String) -> Pair? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key.text == key }
    }

    private struct Walk: ~Copyable {
        let source: SourceText
        var reader: YAMLEventReader

        mutating func document() throws(YAMLProblem) -> YAMLOutline {
            // The beginnings of the stream and of the document.
            _ = try reader.next()
            _ = try reader.next()
            return try node(try reader.next())
        }

        private mutating func node(_ event: YAMLEvent) throws(YAMLProblem) -> YAMLOutline {
            let own = source.offset(of: event.start)..<source.offset(of: event.end)
            switch event.kind {
            case .scalar(let text, _): return YAMLOutline(.scalar(text), at: own)
            case .sequenceStart: return try sequence(own)
            case .mappingStart: return try mapping(own)
            default: return YAMLOutline(.alias, at: own)
            }
        }

        private mutating func sequence(_ start: Range<Int>) throws(YAMLProblem) -> YAMLOutline {
            var items: [YAMLOutline] = []
            while true {
                let event = try reader.next()
                if case .sequenceEnd = event.kind {
                    return collection(.sequence(items), start, event, items.last)
                }
                items.append(try node(event))
            }
        }

        private mutating func mapping(_ start: Range<Int>) throws(YAMLProblem) -> YAMLOutline {
            var pairs: [Pair] = []
            while true {
                let event = try reader.next()
                if case .mappingEnd = event.kind {
                    return collection(.mapping(pairs), start, event, pairs.last?.value)
                }
                let key = try node(event)
                pairs.append(Pair(key: key, value: try node(try reader.next())))
            }
        }

        /// - Parameters:
        ///   - start: of its first event; empty where there are no brackets.
        private func collection(
            _ content: Content, _ start: Range<Int>, _ end: YAMLEvent, _ last: YAMLOutline?
        ) -> YAMLOutline {
            let isDelimited =
                source.bytes.indices.contains(start.lowerBound) && "[{".utf8.contains(source.bytes[start.lowerBound])
            // libyaml's end of a collection without brackets is where the next thing begins.
            let upper = isDelimited ? source.offset(of: end.end) : last?.range.upperBound ?? start.upperBound
            return YAMLOutline(content, at: start.lowerBound..<max(start.lowerBound, upper), isDelimited: isDelimited)
        }
    }
}
