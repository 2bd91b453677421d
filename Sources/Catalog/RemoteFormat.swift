internal import AssetModel
internal import Planning

/// Reads what modelkit keeps about an asset beside its data.
///
/// - `NAME.versions`: `{"versions": ["1.1", "1.0"]}`
/// - `NAME/VERSION.meta`: `{"push_date": ISO 8601, "is_directory": bool, "contents": [paths]}`, `contents` where it is a
///   directory; and this tool's own `"dependencies": [specification strings]` and `"objects": [{"path", "size", "sha256"}]`,
///   `path` where it is a directory.
///
/// Other keys are ignored, as modelkit does. Source: modelkit 0.1.3, `assets/remote.py`.
enum RemoteFormat {
    static func versions(
        _ bytes: [UInt8], in system: VersioningSystem
    ) throws(ContentFault) -> [AssetVersion] {
        let texts = try JSONObject(bytes).strings("versions")
        var versions: [AssetVersion] = []
        for text in texts {
            guard let version = system.version(text) else { throw .malformed(.version(text, system)) }
            versions.append(version)
        }
        return versions
    }

    static func metadata(
        _ bytes: [UInt8], in system: VersioningSystem
    ) throws(ContentFault) -> VersionMetadata {
        let object = try JSONObject(bytes)
        let date = try object.string("push_date")
        guard let pushTime = PushDate.seconds(date) else { throw .malformed(.pushDate(date)) }
        let dependencies = try dependencies(object.stringsIfPresent("dependencies"), in: system)
        let recorded = try recorded(object.objectsIfPresent("objects"))
        guard try object.bool("is_directory", default: false) else {
            return VersionMetadata(
                kind: .file, pushTime: pushTime, objects: [recorded.file ?? ObjectFacts(path: nil)],
                dependencies: dependencies)
        }
        let contents = try object.strings("contents")
        guard !contents.isEmpty else { throw .malformed(.empty("contents")) }
        return VersionMetadata(
            kind: .directory, pushTime: pushTime,
            objects: try paths(contents).map { recorded.parts[$0] ?? ObjectFacts(path: $0) },
            dependencies: dependencies)
    }

    /// What was recorded of the objects. A path that is not among the contents is of no use, and does no harm.
    private static func recorded(_ objects: [JSONObject]) throws(ContentFault) -> Recorded {
        var recorded = Recorded()
        for object in objects {
            let (path, digest) = (try object.stringIfPresent("path"), try object.string("sha256"))
            guard let sha256 = SHA256Digest(hex: digest) else { throw .malformed(.digest(digest)) }
            let size = try object.count("size")
            guard size <= ByteSum.largestObject else { throw .malformed(.size(size)) }
            guard let path else {
                recorded.file = ObjectFacts(path: nil, size: size, sha256: sha256)
                continue
            }
            guard let part = try? RelativePath(path) else { continue }
            recorded.parts[part] = ObjectFacts(path: part, size: size, sha256: sha256)
        }
        return recorded
    }

    private struct Recorded {
        /// Of a file asset.
        var file: ObjectFacts?
        /// Of a directory asset's files.
        var parts: [RelativePath: ObjectFacts] = [:]
    }

    private static func dependencies(
        _ texts: [String], in system: VersioningSystem
    ) throws(ContentFault) -> [AssetSpecification] {
        var dependencies: [AssetSpecification] = []
        for text in texts {
            guard let dependency = try? AssetSpecification(parsing: text, in: system) else {
                throw .malformed(.dependency(text))
            }
            dependencies.append(dependency)
        }
        return dependencies
    }

    /// The paths, each safe, none twice, none both a file and a folder.
    private static func paths(_ texts: [String]) throws(ContentFault) -> [RelativePath] {
        var files: Set<RelativePath> = []
        var paths: [RelativePath] = []
        for text in texts {
            let path: RelativePath
            do {
                path = try RelativePath(text)
            } catch {
                throw .unsafePath(text, .path(error))
            }
            guard files.insert(path).inserted else { throw .unsafePath(text, .listedTwice) }
            paths.append(path)
        }
        for path in paths {
            var parent = path.parent
            while let folder = parent {
                if files.contains(folder) {
                    throw .unsafePath(folder.text, .directory(of: path))
                }
                parent = folder.parent
            }
        }
        return paths
    }
}
