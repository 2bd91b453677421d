import AssetModel
import Testing

@testable import ImageFormat

@Suite("Which asset is in which layer")
struct PartitionTests {
    private static let (mebibyte, gibibyte): (Int64, Int64) = (1 << 20, 1 << 30)

    private func layers(_ assets: [ImageAsset], at place: ImagePlace = .root) -> [ImageLayer] {
        LayerPartition.layers(of: assets, at: place)
    }

    private func names(_ layer: ImageLayer) -> [String] { layer.pins.map(\.description) }

    @Test func `an asset has a layer, and small ones share one`() throws {
        let layers = layers([
            try asset("b/large:1.0", time: 2, ["": 5 * Self.mebibyte]), try asset("a/small:1.0", time: 3, ["": 10]),
            try asset("c/large:1.0", time: 1, ["x": Self.mebibyte]), try asset("z/small:2.0", time: 1, ["x": 0]),
        ])
        #expect(layers.map(names) == [["c/large:1.0"], ["b/large:1.0"], ["a/small:1.0", "z/small:2.0"]])
    }

    @Test func `an asset over 2 GiB is cut between files, and its marker is in the last piece`() throws {
        let sizes = ["a": 1, "b": 1, "c": 1, "d": 5, "e": 1].mapValues { $0 * Self.gibibyte - 4096 }
        let layers = layers([try asset("m/model:1.0", sizes)])
        #expect(layers.map { $0.parts[0].files.map { $0.path?.text ?? "" } } == [["a", "b"], ["c"], ["d"], ["e"]])
        #expect(layers.map { $0.parts[0].isLast } == [false, false, false, true])
    }

    @Test func `the order of what goes in changes nothing`() throws {
        let assets = try (0..<200).map { try asset("n/a\($0):1.0", ["": Int64($0) * 100_000]) }
        let expected = layers(assets).map(\.recipe)
        #expect(layers(assets.reversed()).map(\.recipe) == expected)
        #expect(layers(assets.shuffled()).map(\.recipe) == expected)
    }

    @Test(arguments: [65, 100, 1000, 10_000])
    func `there are at most 64 layers, and every file is in one`(count: Int) throws {
        var random = Seeded(state: UInt64(count))
        let assets = try (0..<count).map { number in
            try asset("n/a\(number):1.0", ["x": Int64.random(in: 0..<20 * Self.mebibyte, using: &random), "y": 7])
        }
        let layers = layers(assets)
        #expect((2...64).contains(layers.count))
        #expect(layers.flatMap(names).sorted() == assets.map(\.pin.description).sorted())
    }

    @Test func `a large asset among many is cut all the same, into fewer layers`() throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<200).map { ("part-\($0)", 4 * Self.gibibyte) })
        let layers = layers([try asset("m/model:1.0", files), try asset("n/other:1.0", ["": 5 * Self.mebibyte])])
        #expect((24...64).contains(layers.count))
        let many = try (0..<100).map { try asset("n/a\($0):1.0", ["": 5 * Self.mebibyte]) }
        let all = self.layers(many + [try asset("m/model:1.0", files)])
        #expect(all.count <= 64)
        #expect(all.count { names($0) == ["m/model:1.0"] } > 8)
    }

    /// Of sizes of all orders: which layers change when one asset gets a new version.
    @Test(arguments: 0..<40)
    func `another version of one asset changes its own layers alone`(seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        let count = Int.random(in: 1...150, using: &random)
        var sizes = (0..<count).map { _ in Int64(1) << Int64.random(in: 0..<33, using: &random) }
        func assets(_ changed: Int?) throws -> [ImageAsset] {
            try sizes.enumerated().map { index, size in
                let version = index == changed ? "1.1" : "1.0"
                return try asset(
                    "n/a\(index):\(version)", time: index == changed ? 9 : 7, ["a": size / 2, "b": size / 2])
            }
        }
        let before = layers(try assets(nil))
        let changed = Int.random(in: 0..<count, using: &random)
        // Nor does a little more or less in it.
        sizes[changed] = max(0, sizes[changed] + (sizes[changed] > 8 ? 2 : 0))
        let after = layers(try assets(changed))
        let own = before.count { $0.pins.contains { $0.name.text == "n/a\(changed)" } }
        let kept = Set(before.map(\.recipe)).intersection(after.map(\.recipe))
        #expect(before.count - kept.count == own)
        #expect(after.count - kept.count == own)
    }

    @Test func `what is newer lies above`() throws {
        let assets = try (0..<10).map { try asset("n/a\($0):1.0", time: Int64(($0 * 7) % 10), ["": 5 * Self.mebibyte]) }
        #expect(layers(assets).map(\.time) == Array(0..<10))
    }
}

/// Random numbers that are the same each time.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
