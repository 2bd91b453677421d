package import AssetModel
package import FileSystem
internal import Planning

extension LocalCatalog {
    /// Every version in the directory that modelkit or this tool put there whole, or this tool in part, sorted.
    ///
    /// What has neither a marker nor a record is somebody's own, whatever it is called, and so is what begins with a dot.
    package func pins(in system: VersioningSystem) throws(FileError) -> [AssetPin] {
        var pins: [AssetPin] = []
        var waiting = [""]
        while let path = waiting.popLast() {
            guard let folder = try folder(path) else { continue }
            let name = try? AssetName(path)
            for entry in try folder.entries() where !PathText.hasPrefix(entry, ".") {
                let pin = name.flatMap { name in system.version(entry).map { AssetPin(name: name, version: $0) } }
                if let pin, try isOurs(pin) {
                    pins.append(pin)
                } else if try folder.status(of: entry)?.kind == .directory {
                    waiting.append(path.isEmpty ? entry : "\(path)/\(entry)")
                }
            }
        }
        return pins.sorted()
    }
}
