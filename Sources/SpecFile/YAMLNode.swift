/// A node of the document: what stands there and where.
struct YAMLNode {
    enum Content {
        /// `null`, `~` or nothing at all; the text as it was written.
        case null(String)
        case scalar(String)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
        /// What has been reported already and is to be passed over.
        case unusable
    }

    let content: Content
    let span: SourceSpan
    /// The quotes round the text: 0 or 1. Nil where places in the text are not places in the file.
    let quoteWidth: Int?
    /// Whether it stands here by an alias. All that is in it is then reported at the alias.
    let isAlias: Bool

    init(_ content: Content, at span: SourceSpan, quoteWidth: Int? = nil, isAlias: Bool = false) {
        self.content = content
        self.span = span
        self.quoteWidth = quoteWidth
        self.isAlias = isAlias
    }

    func aliased(at span: SourceSpan) -> YAMLNode { YAMLNode(content, at: span, isAlias: true) }

    /// The items of a sequence, nil for other nodes.
    var items: [YAMLNode]? {
        guard case .sequence(let items) = content else { return nil }
        return isAlias ? items.map { $0.aliased(at: span) } : items
    }

    /// The pairs of a mapping, nil for other nodes.
    var pairs: [YAMLPair]? {
        guard case .mapping(let pairs) = content else { return nil }
        guard isAlias else { return pairs }
        return pairs.map { YAMLPair(key: $0.key, keySpan: span, value: $0.value.aliased(at: span)) }
    }
}

/// A key and its value. Keys of one mapping differ.
struct YAMLPair {
    let key: String
    let keySpan: SourceSpan
    let value: YAMLNode
}
