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
        let lines = rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                column < 2 ? TextWidth.paddedLeft(cell.0, to: cell.1) : TextWidth.padded(cell.0, to: cell.1)
            }
            let line = (cells + [row[3]]).joined(separator: "  ")
            return width.map { TextWidth.truncatingEnd(line, to: $0) } ?? line
        }
        return (lines + [totals]).map { $0 + "\n" }.joined()
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
