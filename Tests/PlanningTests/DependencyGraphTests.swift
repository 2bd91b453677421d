import Testing

@testable import Planning

/// Random graphs against the slow way.
@Suite("Dependency graphs")
struct DependencyGraphTests {
    @Test(arguments: 0..<200)
    func `the order takes the smallest free node each time`(seed: Int) {
        let edges = randomEdges(seed: seed)
        #expect(DependencyGraph(dependencies: edges).order() == slowOrder(edges))
    }

    @Test(arguments: 0..<200)
    func `there is a circle for each set of nodes that reach each other, and it is a shortest one`(seed: Int) {
        let edges = randomEdges(seed: seed)
        let distance = distances(edges)
        let inCircles = edges.indices.filter { distance[$0][$0] != nil }
        let groups = Dictionary(grouping: inCircles) { node in
            inCircles.first { distance[$0][node] != nil && distance[node][$0] != nil } ?? node
        }
        let circles = DependencyGraph(dependencies: edges).circles()
        #expect(circles.map { $0[0] } == groups.keys.sorted())
        #expect(circles.map { Optional($0.count) } == groups.keys.sorted().map { distance[$0][$0] })
        for circle in circles {
            #expect(zip(circle, circle.dropFirst() + circle.prefix(1)).allSatisfy { edges[$0].contains($1) })
        }
    }

    private func randomEdges(seed: Int) -> [[Int]] {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0..<24, using: &random)
        // Some graphs point downwards alone, and so have no circle.
        let isOrdered = Bool.random(using: &random)
        return (0..<count).map { node in
            let targets = (0..<3).map { _ in Int.random(in: 0..<count, using: &random) }
            let kept = targets.filter { isOrdered ? ($0 * 7) % 29 < (node * 7) % 29 : $0 % 3 > 0 }
            return Set(kept).sorted()
        }
    }

    private func slowOrder(_ edges: [[Int]]) -> [Int] {
        var order: [Int] = []
        while let next = edges.indices.first(where: { node in
            !order.contains(node) && edges[node].allSatisfy(order.contains)
        }) {
            order.append(next)
        }
        return order
    }

    /// Of each pair of nodes, the length of the shortest way of at least one step.
    private func distances(_ edges: [[Int]]) -> [[Int?]] {
        var distance = edges.map { targets in edges.indices.map { targets.contains($0) ? Optional(1) : nil } }
        for middle in edges.indices {
            for from in edges.indices {
                for to in edges.indices {
                    guard let first = distance[from][middle], let second = distance[middle][to] else { continue }
                    distance[from][to] = min(distance[from][to] ?? .max, first + second)
                }
            }
        }
        return distance
    }
}
