internal import AssetModel
internal import FileSystem
internal import ImageFormat

/// The layers of this program that images of a layout have.
struct PresentLayers: Sendable {
    private let blobs: Directory
    private let byRecipe: [SHA256Digest: ImageDescriptor]

    /// What cannot be read is made anew.
    init(in blobs: Directory, _ index: ImageIndex) {
        self.blobs = blobs
        var layers: [SHA256Digest: ImageDescriptor] = [:]
        for image in index.manifests {
            let inner = Self.contents(of: image, in: blobs).flatMap { try? ImageIndex(reading: $0) }
            for manifest in inner?.manifests ?? [image] {
                guard let bytes = Self.contents(of: manifest, in: blobs),
                    let manifest = try? ImageManifest(reading: bytes)
                else { continue }
                layers.merge(manifest.layersByRecipe) { first, _ in first }
            }
        }
        byRecipe = layers
    }

    private static func contents(of document: ImageDescriptor, in blobs: Directory) -> [UInt8]? {
        (try? blobs.contents(of: document.digest.hex, limit: LayoutFile.documentLimit)) ?? nil
    }

    /// The digest of the layer; nil where it is not there whole.
    func known(_ layer: ImageLayer) -> SHA256Digest? {
        guard layer.isReusable, let descriptor = byRecipe[layer.recipe], descriptor.size == layer.size,
            let status = try? blobs.status(of: descriptor.digest.hex), status.kind == .file,
            status.size == layer.size
        else { return nil }
        return descriptor.digest
    }
}

extension LayoutTarget {
    /// The layers that are there now; nil where nothing is, or it cannot be read.
    var existing: PresentLayers? {
        guard kind == .layout, let folder = try? Directory.open(AbsolutePath.of(path)),
            let blobs = try? folder.directory(LayoutFile.blobs), let index = try? LayoutFolder.index(in: folder)
        else { return nil }
        return PresentLayers(in: blobs, index)
    }
}
