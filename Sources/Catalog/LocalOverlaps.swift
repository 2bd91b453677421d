package import AssetModel
package import FileSystem
internal import Planning

// One asset's version folder can be a folder of another's name: `a/1.0` is the place of `a:1.0`, and of `a/1.0:2.0` it is the
// name's folder. A resolution of both is refused; what stands in the directory may be of another run's.

extension LocalCatalog {
    /// The asset in whose folder the pin's would be, where it stands there whole or in part.
    package func asset(around pin: AssetPin) throws(FileError) -> AssetPin? {
        let components = pin.name.components
        for count in components.indices.dropFirst() {
            let parent = components[..<count].joined(separator: "/")
            guard let outer = assetPin(parent, String(components[count])) else { continue }
            guard try folder(parent)?.status(of: outer.version.text)?.kind == .directory else { continue }
            if try isOurs(outer) { return outer }
        }
        return nil
    }

    /// An asset that stands in the pin's folder.
    ///
    /// - Parameter content: files of the pin's own, which may be called like a marker.
    package func asset(inside pin: AssetPin, besides content: [RelativePath] = []) throws(FileError) -> AssetPin? {
        let place = ModelkitLayout.localPath(of: pin)
        guard try folder(pin.name.text)?.status(of: pin.version.text)?.kind == .directory else { return nil }
        let own = Set(content.map { "\(place)/\($0)" })
        var waiting = [place]
        while let path = waiting.popLast() {
            guard let folder = try folder(path) else { continue }
            for entry in try folder.listing() where !PathText.hasPrefix(entry.name, ".") {
                if let inner = assetPin(path, entry.name), try isOurs(inner) {
                    let marker =
                        entry.kind == .directory
                        ? "\(path)/\(entry.name)/\(ModelkitLayout.marker)"
                        : "\(path)/\(ModelkitLayout.fileMarker(of: inner.version))"
                    if !own.contains(marker) { return inner }
                }
                if entry.kind == .directory { waiting.append("\(path)/\(entry.name)") }
            }
        }
        return nil
    }

    private func assetPin(_ name: String, _ version: String) -> AssetPin? {
        guard let name = try? AssetName(name), let version = VersioningSystem.version(version) else { return nil }
        return AssetPin(name: name, version: version)
    }

    /// Whether the version stands there whole or in part, put there by modelkit or by this tool.
    package func isOurs(_ pin: AssetPin) throws(FileError) -> Bool {
        do throws(FileError) {
            switch try state(of: pin, marked: true) {
            case .complete, .partial: return true
            case .missing, .incomplete: return false
            }
        } catch  where error.refusal != nil || error.isMissing || error.isNotADirectory {
            // A link is never followed, and so never removed.
            return false
        } catch {
            throw error
        }
    }
}
