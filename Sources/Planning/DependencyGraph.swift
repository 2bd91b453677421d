/// Nodes `0..<count` and what each depends on. Nothing here recurses: a chain may be as long as a spec.
struct DependencyGraph {
    /// Of each node, ascending.
    private let dependencies: [[Int]]

    init(dependencies: [[Int]]) { self.dependencies = dependencies }

    /// Dependencies before what needs them, the smallest of those that are free next; O((n + m) · log n).
    ///
    /// What is in a circle or depends on one is left out.
    func order() -> [Int] {
        var dependents = [[Int]](repeating: [], count: dependencies.count)
        for (node, targets) in dependencies.enumerated() {
            for target in targets { dependents[target].append(node) }
        }
        var missing = dependencies.map(\.count)
        var free = MinimumHeap(missing.indices.filter { missing[$0] == 0 })
        var order: [Int] = []
        while let node = free.popMinimum() {
            order.append(node)
            for dependent in dependents[node] {
                missing[dependent] -= 1
                if missing[dependent] == 0 { free.insert(dependent) }
            }
        }
        return order
    }

    /// One circle for each set of nodes that all depend on each other: the shortest one through its smallest node, which
    /// comes first.
    func circles() -> [[Int]] {
        var search = ComponentSearch(edges: dependencies)
        return search.components()
            .compactMap { shortestCircle(in: $0) }
            .sorted { $0[0] < $1[0] }
    }

    /// Breadth first from the smallest node back to itself.
    private func shortestCircle(in component: [Int]) -> [Int]? {
        guard let start = component.min() else { return nil }
        let inside = Set(component)
        var cameFrom: [Int: Int] = [:]
        var queue = [start]
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            for target in dependencies[node] where inside.contains(target) {
                if target == start { return path(to: node, from: start, by: cameFrom) }
                guard cameFrom[target] == nil else { continue }
                cameFrom[target] = node
                queue.append(target)
            }
        }
        return nil
    }

    private func path(to end: Int, from start: Int, by cameFrom: [Int: Int]) -> [Int] {
        var path = [end]
        while let last = path.last, last != start, let before = cameFrom[last] { path.append(before) }
        return path.reversed()
    }
}

/// Tarjan's strongly connected components (https://doi.org/10.1137/0201010), with a stack of its own.
private struct ComponentSearch {
    private let edges: [[Int]]
    private var number: [Int?]
    private var lowest: [Int]
    private var isOpen: [Bool]
    private var open: [Int] = []
    private var found: [[Int]] = []
    private var count = 0

    init(edges: [[Int]]) {
        self.edges = edges
        number = Array(repeating: nil, count: edges.count)
        lowest = Array(repeating: 0, count: edges.count)
        isOpen = Array(repeating: false, count: edges.count)
    }

    mutating func components() -> [[Int]] {
        for root in edges.indices where number[root] == nil { visit(root) }
        return found
    }

    private mutating func visit(_ root: Int) {
        var path: [(node: Int, edge: Int)] = []
        enter(root)
        path.append((root, 0))
        while let (node, edge) = path.last {
            guard edge < edges[node].count else {
                path.removeLast()
                leave(node, parent: path.last?.node)
                continue
            }
            path[path.count - 1].edge += 1
            let target = edges[node][edge]
            if let seen = number[target] {
                if isOpen[target] { lowest[node] = min(lowest[node], seen) }
            } else {
                enter(target)
                path.append((target, 0))
            }
        }
    }

    private mutating func enter(_ node: Int) {
        number[node] = count
        lowest[node] = count
        count += 1
        open.append(node)
        isOpen[node] = true
    }

    private mutating func leave(_ node: Int, parent: Int?) {
        if let parent { lowest[parent] = min(lowest[parent], lowest[node]) }
        guard lowest[node] == number[node] else { return }
        var component: [Int] = []
        while let member = open.popLast() {
            isOpen[member] = false
            component.append(member)
            if member == node { break }
        }
        found.append(component)
    }
}

/// A binary heap whose minimum is at hand.
private struct MinimumHeap {
    private var items: [Int]

    /// - Parameter ascending: ascending, which is a heap already.
    init(_ ascending: [Int]) { items = ascending }

    mutating func insert(_ item: Int) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popMinimum() -> Int? {
        guard !items.isEmpty else { return nil }
        items.swapAt(0, items.count - 1)
        let minimum = items.removeLast()
        var parent = 0
        while let child = smallerChild(of: parent), items[child] < items[parent] {
            items.swapAt(child, parent)
            parent = child
        }
        return minimum
    }

    private func smallerChild(of parent: Int) -> Int? {
        let (left, right) = (2 * parent + 1, 2 * parent + 2)
        guard right < items.count else { return left < items.count ? left : nil }
        return items[left] < items[right] ? left : right
    }
}
