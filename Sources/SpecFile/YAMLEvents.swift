import CLibYAML

/// One of libyaml's events, as Swift's values.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(String, YAMLScalarStyle)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
    }

    let kind: Kind
    var anchor: String?
    var tag: String?
    let start: YAMLMark
    let end: YAMLMark
}

enum YAMLScalarStyle { case plain, quoted, block }

/// A place in the text. Lines and columns count from 0, columns in Unicode scalars.
struct YAMLMark {
    let line: Int
    let column: Int
}

/// Why libyaml could not go on.
struct YAMLProblem: Error {
    let problem: String
    let mark: YAMLMark
    let context: String
    let contextMark: YAMLMark
}

/// Pulls events from libyaml's parser, which it owns.
///
/// - Precondition: The text outlives it, is UTF-8 and has no byte order mark.
struct YAMLEventReader: ~Copyable {
    // libyaml keeps pointers into the parser, so it must not move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ text: UnsafePointer<UInt8>, count: Int) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        // Fails for want of memory only, which Swift itself does not survive.
        precondition(yaml_parser_initialize(parser) == 1, "out of memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text, count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(YAMLProblem) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
        defer { yaml_event_delete(&event) }
        return YAMLEvent(event)
    }

    private var problem: YAMLProblem {
        let state = parser.pointee
        return YAMLProblem(
            problem: state.problem.map { String(cString: $0) } ?? "", mark: YAMLMark(state.problem_mark),
            context: state.context.map { String(cString: $0) } ?? "", contextMark: YAMLMark(state.context_mark))
    }
}

extension YAMLEvent {
    fileprivate init(_ event: yaml_event_t) {
        let data = event.data
        var (anchor, tag): (UnsafeMutablePointer<yaml_char_t>?, UnsafeMutablePointer<yaml_char_t>?) = (nil, nil)
        // The type says which member of the union is there.
        switch event.type {
        case YAML_STREAM_START_EVENT: kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_ALIAS_EVENT: kind = .alias(text(data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let bytes = UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
            kind = .scalar(String(decoding: bytes, as: UTF8.self), YAMLScalarStyle(data.scalar.style))
            (anchor, tag) = (data.scalar.anchor, data.scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequenceStart
            (anchor, tag) = (data.sequence_start.anchor, data.sequence_start.tag)
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart
            (anchor, tag) = (data.mapping_start.anchor, data.mapping_start.tag)
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        default: kind = .streamEnd
        }
        self.anchor = text(anchor)
        self.tag = text(tag)
        start = YAMLMark(event.start_mark)
        end = YAMLMark(event.end_mark)
    }
}

extension YAMLScalarStyle {
    fileprivate init(_ style: yaml_scalar_style_t) {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .quoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: self = .block
        default: self = .plain
        }
    }
}

extension YAMLMark {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line, column: mark.column) }
}

private func text(_ characters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    characters.map { String(cString: $0) }
}
