@testable import ImageFormat

extension Parser {
    /// The documents of an image: a manifest, an index or a config.
    static let image = Parser("image") { bytes in
        if let json = ImageJSON(Array(bytes)) {
            try expect(ImageJSON(json.bytes) == json, "what was written reads as something else")
        }
        let manifest = try? ImageManifest(reading: Array(bytes))
        let config = try? ImageConfig(reading: Array(bytes))
        var index = try? ImageIndex(reading: Array(bytes))
        index?.put(ImageDescriptor(ImageMediaType.manifest, of: []), tag: "1")
        if let index {
            let again = try? ImageIndex(reading: index.bytes)
            try expect(again?.image("1") != nil, "the image that was put into the index is not in it")
        }
        _ = manifest?.layersByRecipe
        return manifest == nil && config == nil && index == nil ? .refused : .accepted
    }
}
