internal import AssetModel
internal import Planning

/// A plan as a drawing: an asset a node, and an arrow to each asset that it depends on. Kept assets are dashed.
///
/// Nodes are numbered in the plan's order, so that no name has to be an identifier.
struct PlanGraph: Sendable {
    private let steps: [Step]

    init(_ plan: Plan) { steps = plan.steps }

    /// https://graphviz.org/doc/info/lang.html
    var dot: String {
        let nodes = steps.enumerated().map { index, step in
            "  n\(index) [label=\(dotQuoted("\(step.pin)\n\(step.action.word)"))\(step.action == .keep ? ", style=dashed" : "")];"
        }
        let edges = edges.map { "  n\($0) -> n\($1);" }
        return lines(["digraph plan {", "  rankdir=LR;", "  node [shape=box];"] + nodes + edges + ["}"])
    }

    /// https://mermaid.js.org/syntax/flowchart.html
    var mermaid: String {
        let nodes = steps.enumerated().map { index, step in
            "  n\(index)[\"\(mermaidEscaped(step.pin.description))<br/>\(step.action.word)\"]\(step.action == .keep ? ":::keep" : "")"
        }
        let edges = edges.map { "  n\($0) --> n\($1)" }
        return lines(["flowchart LR", "  classDef keep stroke-dasharray: 4 4"] + nodes + edges)
    }

    private var edges: [(Int, Int)] {
        let numbers = Dictionary(steps.enumerated().map { ($1.pin, $0) }, uniquingKeysWith: { first, _ in first })
        return steps.enumerated().flatMap { index, step in
            step.waitsFor.compactMap { numbers[$0] }.map { (index, $0) }
        }
    }

    private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

private func dotQuoted(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": quoted += "\\" + String(scalar)
        case "\n": quoted += "\\n"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return "\"\(quoted)\""
}

/// Entity codes for everything that Mermaid or the HTML that it makes could read as more than text.
private func mermaidEscaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
        if scalar.properties.isAlphabetic || "0123456789-_./: ".unicodeScalars.contains(scalar) {
            escaped.unicodeScalars.append(scalar)
        } else {
            escaped += "#\(scalar.value);"
        }
    }
    return escaped
}
