import AssetModel
import Testing

@testable import ImageFormat

@Suite("Configs, manifests and indexes")
struct DocumentTests {
    private func built(_ texts: String...) throws -> [BuiltLayer] {
        try texts.map { text in
            let layer = ImageLayer([LayerPart(try asset(text, ["": 1000]))], at: .root)
            return BuiltLayer(layer, digest: SHA256Digest(of: layer.archive))
        }
    }

    private func facts(_ layers: [BuiltLayer], at place: String = "/") throws -> ImageFacts {
        ImageFacts(
            assets: layers.flatMap { $0.layer.parts.map(\.asset) }, cacheKey: String(repeating: "c", count: 64),
            lock: SHA256Digest(of: Array("lock".utf8)), place: try #require(ImagePlace(argument: place)))
    }

    private func text(_ blob: ImageDocuments.Blob) -> String { String(decoding: blob.bytes, as: UTF8.self) }

    @Test func `an image for two platforms is an index over the same layers`() throws {
        let layers = try built("a/b:1.0", "c:2.0")
        let documents = ImageDocuments(layers, try facts(layers), ImagePlatform.standard)
        let manifests = try documents.manifests.map { try ImageManifest(reading: $0.bytes) }
        #expect(manifests.count == 2 && manifests[0].layers == manifests[1].layers)
        #expect(manifests.map(\.config) == documents.configs.map(\.descriptor))
        let index = try ImageIndex(reading: documents.top.bytes)
        #expect(index.images.map { $0.platform?.description } == ["linux/amd64", "linux/arm64"])
        #expect(index.manifests.map(\.digest) == documents.manifests.map(\.descriptor.digest))
        #expect(documents.blobs.last?.descriptor == documents.top.descriptor)
    }

    @Test func `for one platform the manifest is the image`() throws {
        let layers = try built("a/b:1.0")
        let documents = ImageDocuments(
            layers, try facts(layers), [try #require(ImagePlatform(argument: "linux/arm/v7"))])
        #expect(documents.index == nil && documents.top.descriptor.mediaType == ImageMediaType.manifest)
        #expect(text(documents.configs[0]).contains(#""variant":"v7""#))
    }

    /// Fixed over releases.
    @Test func `the documents are those of every release`() throws {
        let layers = try built("a/b:1.0", "c:2.0")
        let documents = ImageDocuments(layers, try facts(layers, at: "/models"), ImagePlatform.standard)
        let golden = """
            {"architecture":"amd64","config":{"Env":["MODELKIT_ASSETS_DIR=/models"]},"created":"2024-03-01T\
            12:00:00Z","history":[{"created":"2024-03-01T12:00:00Z","created_by":"modelkit-assets image # a\
            /b:1.0"},{"created":"2024-03-01T12:00:00Z","created_by":"modelkit-assets image # c:2.0"}],"os":\
            "linux","rootfs":{"diff_ids":["sha256:b7ef2b13c433a3aba5193ad268b75c1807b15c77345aba89d8637ffe5\
            01e242a","sha256:32c76df5ad8a1fcdcabf7062fc4c48cd3751819710169e1ad84cb6687e7e4710"],"type":"lay\
            ers"}}
            """
        #expect(text(documents.configs[0]) == golden)
        #expect(
            documents.blobs.map(\.descriptor.digest.hex) == [
                "a8e29ee6a92289b0f76edc4bcda1ac649a22a4e6a7636d8125a26be14cdc9ce9",
                "05702a30a36ca4982802a6937d530a02ed623a4d812838219bb5b1ac3dedb770",
                "6b1fe4393b02618ea9bcb86e25512ddc359b1987adbc12b960d6f5cc06e16bc2",
                "9a48ab04de7adf5f6d98dea55a95fce5e5292da39db9a5a4515185fe7cd5cee3",
                "da32a2e268848676549ebe4c8fe7a94caf21c4c35a604de1e0a78f8853b385d3",
            ])
    }

    @Test func `layers are known again by what they are made of`() throws {
        let layers = try built("a/b:1.0", "c:2.0")
        let documents = ImageDocuments(layers, try facts(layers), ImagePlatform.standard)
        let known = try ImageManifest(reading: documents.manifests[0].bytes).layersByRecipe
        for layer in layers { #expect(known[layer.layer.recipe]?.digest == layer.digest) }
    }

    @Test func `a long list of assets is cut`() throws {
        let parts = try (0..<1000).map { LayerPart(try asset("some/asset\($0):1.0", ["": 1])) }
        let names = ImageLayer(parts, at: .root).assetNames
        #expect(names.utf8.count < 4200 && names.hasPrefix("some/asset0:1.0 some/asset1:1.0 "))
        #expect(names.hasSuffix(" more"))
    }

    // MARK: On a base

    private let base = """
        {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
         "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": "sha256:\
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
         "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 9, "x-own": [1.50], "digest":
         "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}]}
        """

    private func config(_ history: String) -> String {
        """
        {"architecture":"arm64","variant":"v8","os":"linux","own":{"big":12345678901234567890},"created":"2031-01-01T00:00:00Z",
         "config":{"Env":["PATH=/bin","MODELKIT_ASSETS_DIR=/old"],"Entrypoint":["/run"]},
         "rootfs":{"type":"layers","diff_ids":["sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"]}
         \(history)}
        """
    }

    private func onBase(_ history: String = "") throws -> ImageDocuments {
        let layers = try built("a/b:1.0")
        let base = try ImageBase(
            ImageManifest(reading: Array(base.utf8)), ImageConfig(reading: Array(config(history).utf8)))
        return ImageDocuments(layers, try facts(layers, at: "/srv"), on: [base], of: nil)
    }

    @Test func `a base's layers and settings stay, called as OCI does`() throws {
        let documents = try onBase()
        let manifest = try ImageManifest(reading: documents.top.bytes)
        #expect(manifest.layers.map(\.mediaType) == [ImageMediaType.layer + "+gzip", ImageMediaType.layer])
        #expect(text(documents.top).contains(#""x-own":[1.50]"#))
        #expect(manifest.config.mediaType == ImageMediaType.config)
        let config = text(documents.configs[0])
        for part in [
            #""Env":["PATH=/bin","MODELKIT_ASSETS_DIR=/srv"]"#, #""Entrypoint":["/run"]"#, #""variant":"v8""#,
            #""own":{"big":12345678901234567890}"#, #""created":"2031-01-01T00:00:00Z""#,
        ] { #expect(config.contains(part)) }
        #expect(try ImageConfig(reading: documents.configs[0].bytes).diffIDs.count == manifest.layers.count)
    }

    @Test(arguments: ["", #","history":[{"empty_layer":true},{"created_by":"x"}]"#])
    func `there is history for every layer`(history: String) throws {
        let json = try #require(ImageJSON(try onBase(history).configs[0].bytes))
        let told = json["history"]?.items?.filter { $0["empty_layer"] == nil }
        #expect(told?.count == 2)
    }

    @Test func `a base whose config has other layers is malformed`() throws {
        let manifest = try ImageManifest(reading: Array(base.utf8))
        let config = try ImageConfig(reading: Array(config("").replacing("\"sha256:c", with: "\"x\",\"sha256:c").utf8))
        #expect(throws: ImageFault.malformed(.config)) { try ImageBase(manifest, config) }
    }

    // MARK: Layouts

    @Test func `an image comes in the place of what has its tag, and the rest of the index stays`() throws {
        let old = """
            {"schemaVersion":2,"own":[true,null],"manifests":[
             {"mediaType":"m","size":1,"digest":"sha256:\(String(repeating: "a", count: 64))","own":7},
             {"mediaType":"m","size":1,"digest":"sha256:\(String(repeating: "b", count: 64))",
              "annotations":{"org.opencontainers.image.ref.name":"1"}}]}
            """
        var index = try ImageIndex(reading: Array(old.utf8))
        let image = ImageDescriptor(ImageMediaType.index, of: [1, 2, 3])
        index.put(image, tag: "1")
        let read = try ImageIndex(reading: index.bytes)
        #expect(read.manifests.count == 2 && read.image("1")?.digest == image.digest)
        let text = String(decoding: index.bytes, as: UTF8.self)
        #expect(text.contains(#""own":[true,null]"#) && text.contains(#""own":7"#))
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"manifests":[{}]}"#, #"{"manifests":[{"mediaType":"m","size":-1,"digest":"sha256:00"}]}"#,
        #"{"manifests":[],"manifests":[]}"#, #"{"manifests":[]} x"#, #"{"manifests":[01]}"#,
    ])
    func `what is no index`(text: String) {
        #expect(throws: ImageFault.malformed(.index)) { try ImageIndex(reading: Array(text.utf8)) }
    }

    @Test(arguments: [
        #"{"a":[1,2.50,-3e+7,true,false,null,"x\u0001\"\\/é"],"b":{}}"#, "[]", "0", #""\u001f""#,
    ])
    func `JSON is written as it was read`(text: String) throws {
        #expect(String(decoding: try #require(ImageJSON(Array(text.utf8))).bytes, as: UTF8.self) == text)
    }

    @Test func `escapes are read`() throws {
        let json = ImageJSON(Array(#"["\ud83d\ude00\n\u00e9\/"]"#.utf8))
        #expect(json == .list([.text("😀\né/")]))
        for text in [#"["\ud83d"]"#, #"["\x"]"#, #"["\u12"]"#, "[1.]", "[-]", "[1e]", "{\"a\" 1}", "[1,]", "\"\u{1}\""]
        {
            #expect(ImageJSON(Array(text.utf8)) == nil)
        }
        #expect(ImageJSON(Array(String(repeating: "[", count: 100).utf8)) == nil)
    }

    @Test(arguments: ["linux/amd64", "linux/arm/v7", "windows/amd64"])
    func `platforms`(text: String) { #expect(ImagePlatform(argument: text)?.description == text) }

    @Test(arguments: ["", "linux", "linux/", "/amd64", "Linux/amd64", "linux/arm/v7/x", "linux amd64"])
    func `what is no platform`(text: String) { #expect(ImagePlatform(argument: text) == nil) }
}
