internal import AssetModel
internal import ImageFormat
internal import Operations
internal import Registry
internal import Terminal
internal import Words

/// An image as people read it.
struct ImageText: Sendable {
    private let document: ImageDocument
    private let width: Int?

    /// - Parameter width: in cells; nil for lines of any length.
    init(_ document: ImageDocument, width: Int?) {
        self.document = document
        self.width = width
    }

    /// A line for each layer, and one of totals.
    var table: String {
        let rows = [["SIZE", "FILES", "LAYER", "ASSETS"]] + document.layers.map(cells)
        let widths = (0..<3).map { column in rows.map { TextWidth.cells($0[column]) }.max() ?? 0 }
        return (rows.flatMap { lines($0, widths) } + [totals]).map { $0 + "\n" }.joined()
    }

    /// The names of assets go on below each other, and below the rest where there is no room beside it.
    private func lines(_ row: [String], _ widths: [Int]) -> [String] {
        let cells = zip(row, widths).enumerated().map { column, cell in
            column < 2 ? TextWidth.paddedLeft(cell.0, to: cell.1) : TextWidth.padded(cell.0, to: cell.1)
        }
        let head = cells.joined(separator: "  ")
        guard let width else { return [head + "  " + row[3]] }
        let beside = TextWidth.cells(head) + 2
        let isBeside = width - beside >= TextWidth.leastColumn
        let names = TextWidth.wrapped(row[3], to: width - (isBeside ? beside : 2))
        guard isBeside else { return [head] + names.map { "  " + $0 } }
        return [head + "  " + names[0]] + names.dropFirst().map { TextWidth.spaces(beside) + $0 }
    }

    private func cells(_ layer: ImageDocument.Layer) -> [String] {
        let named = layer.assets.prefix(3).joined(separator: ", ")
        let more = layer.assets.count > 3 ? " and \(layer.assets.count - 3) more" : ""
        return [Units.bytes(layer.size), "\(layer.files)", layer.state == .reused ? "present" : "new", named + more]
    }

    /// `3 layers, 34.1 MB; linux/amd64, linux/arm64`
    private var totals: String {
        let platforms = document.platforms.map(\.platform).joined(separator: ", ")
        return "\(Units.count(document.layers.count, "layer")), \(Units.bytes(document.size)); \(platforms)"
    }

    /// What was done.
    func summary(_ target: LayoutTarget) -> String {
        let reused = document.layers.count { $0.state == .reused }
        let present = reused > 0 ? " (\(reused) already present)" : ""
        let layers = Units.count(document.layers.count, "layer")
        return "wrote \(target): \(layers)\(present), \(Units.bytes(document.size))"
    }
}

extension ImageText {
    /// What was done.
    func summary(_ image: PushedImage) -> String {
        if image.isUnchanged { return "\(image.target) is up to date" }
        let sent = image.image.layers.count { image.deliveries[$0.digest] == .sent }
        let others = image.image.layers.count - sent
        let reused = others > 0 ? ", \(others) reused" : ""
        return "pushed \(image.target): \(Units.count(sent, "layer")) sent (\(Units.bytes(image.sentBytes)))\(reused)"
    }
}
