internal import AssetModel
internal import ImageFormat
package import Operations
internal import Terminal

// The words for images, and for what goes wrong with them.

extension Problem {
    package init(_ fault: ImagingFault) {
        switch fault {
        case .format(let fault): self.init(fault)
        case .altered(let content): self = .altered(content)
        case .notFetched(let pin, let failure):
            self = Problem(failure).adding(["`\(pin)` is missing in the assets directory and could not be downloaded"])
        case .notALayout(let path):
            self.init(
                code: "not-a-layout", message: "`\(path)` is neither an OCI image layout nor empty",
                hint: "choose a directory that is empty or does not exist", exitStatus: 9)
        case .notInLock(let pin):
            self.init(
                code: "not-locked", message: "`\(pin)` is not in the lockfile",
                hint: "push it to the store and run `modelkit-assets lock`", exitStatus: 7)
        case .offline, .noBase, .pushByDigest, .tooManyLayers, .layerTooLarge: self = .refusal(of: fault)
        }
    }

    private static func altered(_ content: AlteredContent) -> Problem {
        Problem(
            code: "digest-mismatch",
            message: "\(phrase(content.path, of: content.pin)) in the assets directory does not match the lockfile",
            details: ["expected \(content.expected)", "got      \(content.actual)"],
            hint: "run `modelkit-assets verify --repair`", exitStatus: 6)
    }

    private init(_ fault: ImageFault) {
        switch fault {
        case .nothing:
            self.init(
                code: "no-assets", message: "the spec lists no assets: there is nothing to put into an image",
                hint: "add one with `modelkit-assets add`, or select a group with --group", exitStatus: 5)
        case .whiteout(let pin, let path):
            self.init(
                code: "whiteout", message: "\(phrase(path, of: pin)) cannot be stored in an image layer",
                details: ["names that begin with `.wh.` mark deleted files there"],
                hint: "exclude the file (`exclude`), or push the asset with another name", exitStatus: 5)
        case .unknownContent(let pin, let path):
            self.init(
                code: "no-digest", message: "the lockfile has no digest of \(phrase(path, of: pin))",
                hint: "run `modelkit-assets resolve` with the same --group, and commit the lockfile", exitStatus: 7)
        case .malformed(let kind):
            self.init(code: "malformed-image", message: "malformed image \(kind.rawValue)", exitStatus: 5)
        case .noPlatform(let platform, let known):
            self.init(
                code: "no-platform", message: "the base image has no platform \(platform)",
                details: ["it has \(known.map(\.description).joined(separator: ", "))"], exitStatus: 5)
        }
    }
}
