/// Builds the tree of a document from libyaml's events, within bounds.
///
/// An alias shares the node that it stands for, so that nothing is copied; what it would come to when walked is charged
/// by count. Ten lines that each stand ten times for the line before are refused when the count is reached, before
/// anything walks them.
struct YAMLComposer: ~Copyable {
    /// assets.yaml nests five deep.
    static let maximumDepth = 64
    /// 100,000 entries in the long form have about as many.
    static let maximumSpecNodes = 1_000_000
    /// A person repeats some lists and texts by alias; a hostile file repeats repetitions.
    static let maximumAliasedNodes = 100_000

    /// More anchors than this are not searched for one that an alias may have meant.
    private static let maximumSuggestions = 1000

    private let source: SourceText
    private var reader: YAMLEventReader
    private var diagnostics: DiagnosticList
    private var anchors: [String: Weighed] = [:]
    private var openAnchors: Set<String> = []
    private let maximumNodes: Int
    private var nodeCount = 0
    private var aliasedCount = 0

    /// A node and what walking it comes to: 1 for each node, aliases walked, and 1 for each 32 bytes of text.
    private struct Weighed {
        let node: YAMLNode
        let weight: Int
    }

    /// Nil where the file has no tree to decode; then something has been reported. Something may also be with a tree.
    static func compose(
        _ source: SourceText, maximumNodes: Int = maximumSpecNodes, reporting diagnostics: inout DiagnosticList
    ) -> YAMLNode? {
        source.bytes.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress, !text.isEmpty else {
                diagnostics.add(.emptyFile, at: .start)
                return nil
            }
            var composer = YAMLComposer(
                source, YAMLEventReader(start, count: text.count), maximumNodes, diagnostics)
            let root = composer.root()
            diagnostics = composer.diagnostics
            return root
        }
    }

    private init(
        _ source: SourceText, _ reader: consuming YAMLEventReader, _ maximumNodes: Int, _ diagnostics: DiagnosticList
    ) {
        self.source = source
        self.reader = reader
        self.maximumNodes = maximumNodes
        self.diagnostics = diagnostics
    }

    private mutating func root() -> YAMLNode? {
        do throws(YAMLStop) {
            return try document()
        } catch {
            diagnostics.add(error.fault, at: error.span)
            return nil
        }
    }

    private mutating func document() throws(YAMLStop) -> YAMLNode? {
        _ = try next()
        guard case .documentStart = try next().kind else {
            diagnostics.add(.emptyFile, at: .start)
            return nil
        }
        let root = try node(try next(), depth: 0).node
        _ = try next()
        let after = try next()
        if case .documentStart = after.kind {
            throw YAMLStop(.severalDocuments, at: SourceSpan(line: after.start.line + 1, column: 1, length: 3))
        }
        return root
    }

    private mutating func next() throws(YAMLStop) -> YAMLEvent {
        do throws(YAMLProblem) {
            return try reader.next()
        } catch {
            throw YAMLStop(error, in: source)
        }
    }
}

/// A fault after which the tree cannot go on.
struct YAMLStop: Error {
    let fault: SpecFault
    let span: SourceSpan

    init(_ fault: SpecFault, at span: SourceSpan) {
        self.fault = fault
        self.span = span
    }
}

// MARK: - Nodes

extension YAMLComposer {
    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLStop) -> Weighed {
        let span = span(event)
        guard depth < Self.maximumDepth else { throw YAMLStop(.tooDeep, at: span) }
        nodeCount += 1
        guard nodeCount <= maximumNodes else { throw YAMLStop(.tooManyNodes(maximumNodes), at: span) }
        if let tag = event.tag { diagnostics.add(.tag(tag), at: span) }
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        let made = try content(event, at: span, depth: depth)
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = made
        }
        return made
    }

    private mutating func content(_ event: YAMLEvent, at span: SourceSpan, depth: Int) throws(YAMLStop) -> Weighed {
        switch event.kind {
        case .alias(let name): try alias(name, at: span)
        case .scalar(let text, let style): scalar(text, style, at: span)
        case .sequenceStart: try sequence(at: span, depth: depth)
        default: try mapping(at: span, depth: depth)
        }
    }

    private mutating func scalar(_ text: String, _ style: YAMLScalarStyle, at span: SourceSpan) -> Weighed {
        // `version: >1` is YAML for an empty text, and would otherwise ask for any version.
        if style == .block, text.utf8.allSatisfy({ $0 <= 0x20 }) {
            diagnostics.add(.emptyBlock, at: span)
            return Weighed(node: YAMLNode(.unusable, at: span), weight: 1)
        }
        let isNull = style == .plain && ["", "~", "null", "Null", "NULL"].contains(text)
        let width = style == .quoted ? 1 : 0
        // Only where the file has the text as it is, on one line, are places in the text places in the file.
        let isAsWritten = style != .block && span.length == text.unicodeScalars.count + 2 * width
        let node = YAMLNode(isNull ? .null(text) : .scalar(text), at: span, quoteWidth: isAsWritten ? width : nil)
        return Weighed(node: node, weight: 1 + text.utf8.count / 32)
    }

    private mutating func alias(_ name: String, at span: SourceSpan) throws(YAMLStop) -> Weighed {
        guard let target = anchors[name], !openAnchors.contains(name) else {
            let known = diagnostics.isFull || anchors.count > Self.maximumSuggestions ? [] : anchors.keys.sorted()
            diagnostics.add(.alias(name, isOpen: openAnchors.contains(name), known: known), at: span)
            return Weighed(node: YAMLNode(.unusable, at: span), weight: 1)
        }
        aliasedCount += target.weight
        guard aliasedCount <= Self.maximumAliasedNodes else { throw YAMLStop(.aliasesTooLarge, at: span) }
        return Weighed(node: target.node.aliased(at: span), weight: target.weight)
    }

    private mutating func sequence(at span: SourceSpan, depth: Int) throws(YAMLStop) -> Weighed {
        var (items, weight) = ([YAMLNode](), 1)
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { break }
            let item = try node(event, depth: depth + 1)
            items.append(item.node)
            weight += item.weight
        }
        return Weighed(node: YAMLNode(.sequence(items), at: span), weight: weight)
    }

    private mutating func mapping(at span: SourceSpan, depth: Int) throws(YAMLStop) -> Weighed {
        var (pairs, weight) = ([YAMLPair](), 1)
        var lines: [String: Int] = [:]
        var first: SourceSpan?
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { break }
            let key = try node(event, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            weight += key.weight + value.weight
            first = first ?? key.node.span
            if let text = usableKey(key.node, lines: &lines) {
                pairs.append(YAMLPair(key: text, keySpan: key.node.span, value: value.node))
            }
        }
        // A mapping without braces begins where its first key does; its length is of no use to a caret.
        let place = first.flatMap { $0.line == span.line && $0.column == span.column ? $0 : nil } ?? span
        return Weighed(node: YAMLNode(.mapping(pairs), at: place), weight: weight)
    }

    /// - Parameter lines: Where the mapping's keys stand.
    private mutating func usableKey(_ node: YAMLNode, lines: inout [String: Int]) -> String? {
        switch node.content {
        case .unusable: return nil
        case .scalar("<<") where node.quoteWidth != 1: diagnostics.add(.mergeKey, at: node.span)
        case .scalar(let text):
            guard let line = lines.updateValue(node.span.line, forKey: text) else { return text }
            lines[text] = line
            diagnostics.add(.duplicateKey(text, line: line), at: node.span)
        default: diagnostics.add(.unusableKey(node.kind), at: node.span)
        }
        return nil
    }

    private func span(_ event: YAMLEvent) -> SourceSpan {
        switch event.kind {
        // libyaml's end is that of the first bracket or of nothing; the caret stands under the beginning.
        case .sequenceStart, .mappingStart:
            SourceSpan(line: event.start.line + 1, column: event.start.column + 1, length: 1)
        default: source.span(from: event.start, to: event.end)
        }
    }
}

extension SourceText {
    /// - Parameter end: Where it is on another line, the span ends with the first.
    func span(from start: YAMLMark, to end: YAMLMark) -> SourceSpan {
        let line = min(start.line + 1, lineCount)
        let lastColumn = start.line == end.line ? end.column : length(ofLine: line)
        return SourceSpan(line: line, column: start.column + 1, length: max(0, lastColumn - start.column))
    }
}
