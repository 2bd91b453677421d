internal import AssetModel

/// Makes the config and the manifest of an image.
struct DocumentWriter {
    let layers: [BuiltLayer]
    let facts: ImageFacts

    private static let variable = "MODELKIT_ASSETS_DIR"

    // MARK: Config

    func config(for platform: ImagePlatform, on base: ImageBase?) -> ImageJSON {
        var json = base?.config.json ?? platform.json
        json["created"] = .text(created(base))
        json["rootfs"] = .object([
            "type": .text("layers"),
            "diff_ids": .list(((base?.config.diffIDs ?? []) + layers.map(\.digest.tagged)).map(ImageJSON.text)),
        ])
        var settings = ImageJSON.object(base?.config.json["config"]?.fields ?? [:])
        settings["Env"] = .list(environment(settings["Env"]?.items ?? []))
        json["config"] = settings
        json["history"] = .list(history(base))
        return json
    }

    /// The later of the base's date and the assets'.
    private func created(_ base: ImageBase?) -> String {
        guard let text = base?.config.json["created"]?.text, let date = PushDate.seconds(text), date > facts.created
        else {
            return PushDate.text(facts.created)
        }
        return text
    }

    private func environment(_ old: [ImageJSON]) -> [ImageJSON] {
        let others = old.filter { !($0.text ?? "").hasPrefix("\(Self.variable)=") }
        return others + [.text("\(Self.variable)=\(facts.place)")]
    }

    /// One for each layer; for those of a base that tells of none, empty ones.
    private func history(_ base: ImageBase?) -> [ImageJSON] {
        var old = base?.config.json["history"]?.items ?? []
        let told = old.count { $0["empty_layer"] != .flag(true) }
        let missing = (base?.manifest.layers.count ?? 0) - told
        if missing > 0 {
            old += [ImageJSON](repeating: .object(["comment": .text("layer of the base")]), count: missing)
        }
        return old
            + layers.map { built in
                .object([
                    "created": .text(PushDate.text(built.layer.time)),
                    "created_by": .text("modelkit-assets image # \(built.layer.assetNames)"),
                ])
            }
    }

    // MARK: Manifest

    func manifest(_ config: ImageDescriptor, on base: ImageBase?) -> ImageJSON {
        let all = (base?.manifest.layers ?? []) + layers.map(\.descriptor)
        let annotations = facts.annotations(over: base?.manifest.annotations ?? [:])
        return .object([
            "schemaVersion": .integer(2), "mediaType": .text(ImageMediaType.manifest), "config": config.json,
            "layers": .list(all.map(\.json)), "annotations": .object(annotations.mapValues(ImageJSON.text)),
        ])
    }
}
