import AssetModel
import Planning
import Testing

@testable import ImageFormat

@Suite("Layers as tar archives")
struct LayerTests {
    private func layer(_ assets: ImageAsset..., at place: String = "/") throws -> ImageLayer {
        ImageLayer(assets.map { LayerPart($0) }, at: try #require(ImagePlace(argument: place)))
    }

    @Test func `folders come before what is in them, sorted, and the marker last`() throws {
        let lexicon = try asset("nlp/lexicon:2.0", time: 5, ["en/words": 3, "a": 1, "en-more/x": 0, "en/a/b": 2])
        let vectors = try asset("nlp/vectors:1.4", time: 9, ["": 700])
        let layer = try layer(lexicon, vectors, at: "/srv/assets/")
        #expect(
            layer.entries.map(\.name) == [
                "srv/", "srv/assets/", "srv/assets/nlp/", "srv/assets/nlp/lexicon/", "srv/assets/nlp/lexicon/2.0/",
                "srv/assets/nlp/lexicon/2.0/a", "srv/assets/nlp/lexicon/2.0/en-more/",
                "srv/assets/nlp/lexicon/2.0/en-more/x", "srv/assets/nlp/lexicon/2.0/en/",
                "srv/assets/nlp/lexicon/2.0/en/a/", "srv/assets/nlp/lexicon/2.0/en/a/b",
                "srv/assets/nlp/lexicon/2.0/en/words", "srv/assets/nlp/lexicon/2.0/.SUCCESS",
                "srv/assets/nlp/vectors/", "srv/assets/nlp/vectors/1.4", "srv/assets/nlp/vectors/.1.4.SUCCESS",
            ])
        #expect(layer.entries.allSatisfy { $0.mode == ($0.name.hasSuffix("/") ? 0o755 : 0o644) })
        let times = Dictionary(uniqueKeysWithValues: layer.entries.map { ($0.name, $0.time) })
        #expect(times["srv/assets/nlp/"] == 9 && times["srv/assets/nlp/lexicon/"] == 5)
        #expect(layer.archive.count == Int(layer.size))
        #expect(layer.archive.suffix(1024) == ArraySlice(repeating: 0, count: 1024))
    }

    @Test func `an asset of which files are left out has no marker, and an empty one has`() throws {
        let part = try layer(asset("a/b:1.0", ["x": 1], isMarked: false))
        #expect(part.entries.map(\.name) == ["a/", "a/b/", "a/b/1.0/", "a/b/1.0/x"])
        let empty = try layer(asset("a/b:1.0", [:]))
        #expect(empty.entries.map(\.name) == ["a/", "a/b/", "a/b/1.0/", "a/b/1.0/.SUCCESS"])
    }

    @Test(arguments: Array(90...110) + Array(150...160) + Array(250...262) + [300, 512, 1000])
    func `names of any length are read as they are`(length: Int) throws {
        var path = String(repeating: "d", count: 40) + "/"
        while path.utf8.count < length { path += String(repeating: "e", count: 60) + "/" }
        path = String(path.prefix(length - 1)) + "f"
        path = path.replacing("/f", with: "gf")
        let layer = try layer(asset("a:1.0", [path: 3, "z": 0]))
        let names = layer.entries.map(\.name)
        #expect(names.contains("a/1.0/\(path)") && names.last == "a/1.0/.SUCCESS")
        #expect(layer.archive.count == Int(layer.size))
    }

    @Test func `a name that no slash divides is a long name`() throws {
        let path = String(repeating: "x", count: 200)
        let layer = try layer(asset("a:1.0", [path: 3]), at: "/" + String(repeating: "p", count: 200))
        #expect(layer.entries.map(\.name).contains(String(repeating: "p", count: 200) + "/a/1.0/" + path))
        #expect(layer.archive.contains(UInt8(ascii: "L")))
    }

    @Test(arguments: [(8_589_934_591, "77777777777"), (8_589_934_592, nil), (1 << 50, nil)] as [(Int64, String?)])
    func `sizes from 8 GiB on are in base 256`(size: Int64, octal: String?) throws {
        let bytes = TarBlocks(name: Array("big".utf8), kind: .file, size: size, time: 1).bytes
        #expect(bytes.count == 512)
        let field = bytes[124..<136]
        if let octal {
            #expect(Array(field) == Array(octal.utf8) + [0])
        } else {
            #expect(field.first == 0x80)
            #expect(field.dropFirst().reduce(Int64(0)) { $0 << 8 | Int64($1) } == size)
        }
        #expect(Array(bytes[257..<265]) == Array((octal == nil ? "ustar  \0" : "ustar\0\u{30}0").utf8))
    }

    @Test(arguments: [(-5, 0), (0, 0), (1 << 40, 8_589_934_591)] as [(Int64, Int)])
    func `a time that does not fit is the nearest that does`(time: Int64, read: Int) throws {
        #expect(try layer(asset("a:1.0", time: time, ["": 1])).entries.allSatisfy { $0.time == read })
    }

    /// Fixed over releases: whoever has pushed an image finds its layers again.
    @Test func `the digests are those of every release`() throws {
        let lexicon = try asset("nlp/lexicon:2.0", ["en/words.txt": 3000, "about": 0, "fr/" + long: 512])
        let vectors = try asset("nlp/vectors:1.4", time: 7, ["": 700])
        let layer = try layer(lexicon, vectors, at: "/models")
        #expect(layer.size == 13_312)
        #expect(
            SHA256Digest(of: layer.archive).hex == "6b92798105bcdc6c1df6a67448c80c363d5784dbfd737696e4f3ad77336a9072")
        #expect(layer.recipe.hex == "492d2175afe0a510e97461cadbbda52bb68097933c26f4d995e1cdfbce3696ec")
    }

    private let long = String(repeating: "n", count: 120)

    // MARK: What goes in

    private func locked(_ files: [ObjectFacts], kind: AssetKind = .directory) throws -> LockedAsset {
        let version = try #require(VersioningSystem.majorMinor.version("1.0"))
        let pin = AssetPin(name: try AssetName("a/b"), version: version)
        return LockedAsset(pin: pin, kind: kind, pushTime: 3, dependencies: [], files: files)
    }

    private let digest = SHA256Digest(bytes: Array(repeating: 0xAA, count: 32))

    @Test func `names of whiteouts are refused`() throws {
        for name in [".wh.x", "a/.wh..wh..opq", ".wh.d/file"] {
            let path = try RelativePath(name)
            let asset = try locked([ObjectFacts(path: path, size: 4, sha256: digest)])
            #expect(throws: ImageFault.whiteout(asset.pin, path)) {
                try ImageAsset(asset, Choice(pin: asset.pin), fixedTime: nil)
            }
        }
        let good = try locked([ObjectFacts(path: try RelativePath("x.wh.y"), size: 4, sha256: digest)])
        #expect(try ImageAsset(good, Choice(pin: good.pin), fixedTime: 9).time == 9)
    }

    @Test func `what the lock does not know whole is refused`() throws {
        let path = try RelativePath("x")
        for facts in [ObjectFacts(path: path, size: 4), ObjectFacts(path: path, sha256: digest)] {
            let asset = try locked([facts])
            #expect(throws: ImageFault.unknownContent(asset.pin, path)) {
                try ImageAsset(asset, Choice(pin: asset.pin), fixedTime: nil)
            }
        }
    }

    @Test func `a layer is known again where all of its files have digests`() throws {
        let path = try RelativePath("x")
        let checksum = try #require(ObjectChecksum(tagged: "CRC32C:1a2b3c4d"))
        for (facts, isReusable) in [
            (ObjectFacts(path: path, size: 4, sha256: digest), true),
            (ObjectFacts(path: path, size: 4, checksum: checksum), false),
        ] {
            let asset = try locked([facts])
            let layer = try layer(ImageAsset(asset, Choice(pin: asset.pin), fixedTime: nil))
            #expect(layer.isReusable == isReusable)
        }
    }

    @Test(arguments: ["/", "/models", "/srv//assets/", "/ü"])
    func `places`(text: String) throws {
        let place = try #require(ImagePlace(argument: text))
        #expect(place.description == "/" + text.split(separator: "/").joined(separator: "/"))
    }

    @Test(arguments: ["", "models", "/a/../b", "/.", "/.wh.x", "/a\nb", "/" + String(repeating: "x", count: 256)])
    func `what is no place`(text: String) { #expect(ImagePlace(argument: text) == nil) }
}
