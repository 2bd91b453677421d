import AssetModel

/// The diagnostics of one file as they are found.
struct DiagnosticList {
    /// More than anyone reads, and few enough that a hostile file cannot make the report large.
    static let maximumCount = 1000

    let source: SourceText
    private var found: [Diagnostic] = []
    private var dropped = 0

    /// A file may be one line of 16 MiB with many places in it, which then share one text.
    private var lastLine: (number: Int, text: String)?

    init(source: SourceText) { self.source = source }

    mutating func excerpt(_ span: SourceSpan) -> SourceExcerpt {
        SourceExcerpt(location: source.location(span), line: line(span.line), length: span.length)
    }

    private mutating func line(_ number: Int) -> String {
        if let lastLine, lastLine.number == number { return lastLine.text }
        let text = source.line(number)
        lastLine = (number, text)
        return text
    }

    var isEmpty: Bool { found.isEmpty }
    /// Whether what is added is only counted, so that looking for near words would be in vain.
    var isFull: Bool { found.count >= Self.maximumCount }

    mutating func add(_ fault: SpecFault, at span: SourceSpan) {
        guard !isFull else { return dropped += 1 }
        add(fault, at: excerpt(span))
    }

    mutating func add(_ fault: SpecFault, at excerpt: SourceExcerpt?) {
        guard !isFull else { return dropped += 1 }
        found.append(fault.diagnostic(at: excerpt))
    }

    /// In the order of the file; what stands at one place in the order in which it was found.
    var report: SpecReport {
        let order = found.indices.sorted { place($0) < place($1) }
        var diagnostics = order.map { found[$0] }
        if dropped > 0, let last = diagnostics.last {
            diagnostics.append(SpecFault.tooMany(dropped).diagnostic(at: last.excerpt))
        }
        return SpecReport(diagnostics)
    }

    private func place(_ index: Int) -> (Int, Int, Int) {
        let location = found[index].excerpt?.location
        return (location?.line ?? 0, location?.column ?? 0, index)
    }
}
