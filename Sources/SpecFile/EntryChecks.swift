import AssetModel
import Planning

/// What can be wrong between entries: two for the same thing, and circles.
struct EntryChecks {
    private let entries: [ManifestEntry]

    init(_ entries: [ManifestEntry]) { self.entries = entries }

    func report(to diagnostics: inout DiagnosticList) {
        reportRepeated(to: &diagnostics)
        var search = CircleSearch(entries)
        for circle in search.circles() {
            diagnostics.add(.circle(circle.entries.map { entries[$0] }), at: circle.excerpt)
        }
    }

    private struct Wanted: Hashable {
        let name: AssetName
        let requirement: String
    }

    private func reportRepeated(to diagnostics: inout DiagnosticList) {
        var lines: [Wanted: Int] = [:]
        for entry in entries {
            let wanted = Wanted(name: entry.name, requirement: entry.requirement.description)
            let line = entry.excerpt?.location.line ?? 0
            guard let first = lines[wanted] else {
                lines[wanted] = line
                continue
            }
            diagnostics.add(.repeated(entry, line: first), at: entry.excerpt)
        }
    }
}

/// Finds circles in what entries depend on.
///
/// An edge leads from an entry to each entry of the name that one of its `depends_on` says, unless no version could meet
/// both requirements. A depth-first walk with its own stack: a chain may be as long as the file. Each edge that leads back
/// into the walk's path closes one circle.
struct CircleSearch {
    /// A tangle has very many circles; after a few they say nothing new.
    static let maximumCount = 20

    struct Circle {
        /// Indices, each depending on the next, and the last on the first.
        let entries: [Int]
        /// The dependency that closes it.
        let excerpt: SourceExcerpt?
    }

    private enum State { case new, onPath, done }

    private struct Step {
        let entry: Int
        var edges: ArraySlice<Edge>
    }

    private struct Edge {
        let target: Int
        let excerpt: SourceExcerpt?
    }

    private let entries: [ManifestEntry]
    private let indices: [AssetName: [Int]]
    private var states: [State]
    private var found: [Circle] = []

    init(_ entries: [ManifestEntry]) {
        self.entries = entries
        indices = Dictionary(grouping: entries.indices) { entries[$0].name }
        states = Array(repeating: .new, count: entries.count)
    }

    mutating func circles() -> [Circle] {
        for entry in entries.indices where states[entry] == .new && found.count < Self.maximumCount {
            walk(from: entry)
        }
        return found
    }

    private mutating func walk(from start: Int) {
        var path = [step(start)]
        while let last = path.indices.last, found.count < Self.maximumCount {
            guard let edge = path[last].edges.popFirst() else {
                states[path[last].entry] = .done
                path.removeLast()
                continue
            }
            switch states[edge.target] {
            case .new: path.append(step(edge.target))
            case .onPath: close(path.map(\.entry), edge)
            case .done: break
            }
        }
    }

    private mutating func step(_ entry: Int) -> Step {
        states[entry] = .onPath
        return Step(entry: entry, edges: edges(of: entry)[...])
    }

    private func edges(of entry: Int) -> [Edge] {
        entries[entry].dependsOn.flatMap { dependency in
            indices[dependency.specification.name, default: []]
                .filter { !entries[$0].requirement.excludes(dependency.specification.requirement) }
                .map { Edge(target: $0, excerpt: dependency.excerpt) }
        }
    }

    private mutating func close(_ path: [Int], _ edge: Edge) {
        guard let start = path.firstIndex(of: edge.target) else { return }
        found.append(Circle(entries: Array(path[start...]), excerpt: edge.excerpt))
    }
}
