internal import ArgumentParser
internal import ImageFormat
internal import Operations
internal import Registry
internal import Words

/// Which registry an image goes to, and what it builds on there.
struct ImagePushOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Push the image to a registry: HOST[:PORT]/REPOSITORY[:TAG]", valueName: "reference"),
        transform: Self.reference)
    var push: RegistryReference?

    @Option(
        help: ArgumentHelp(
            "Image to put the layers on top of; its layers are mounted or copied", valueName: "reference"),
        transform: Self.reference)
    var appendTo: RegistryReference?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Image whose layers may be reused, besides the one that is replaced; repeatable", valueName: "reference"),
        transform: Self.reference)
    var reuseFrom: [RegistryReference] = []

    @Flag(name: .customLong("plain-http"), help: "Use HTTP for registries that are not on this machine")
    var isPlain = false

    static func reference(_ text: String) throws -> RegistryReference {
        do throws(RegistryReferenceFault) {
            return try RegistryReference(text)
        } catch {
            throw ValidationError(error.words(of: text))
        }
    }

    func validate(besides output: LayoutTarget?) throws {
        if push != nil, output != nil { throw ValidationError("--push and --output are mutually exclusive") }
        guard push == nil else { return }
        let needing = [
            (appendTo != nil, "--append-to"), (!reuseFrom.isEmpty, "--reuse-from"), (isPlain, "--plain-http"),
        ]
        if let flag = needing.first(where: \.0)?.1 { throw ValidationError("\(flag) requires --push") }
    }

    /// Nil where nothing is pushed.
    func request(_ platforms: [ImagePlatform]) -> ImagePushing.Request? {
        guard let push else { return nil }
        var request = ImagePushing.Request(target: push)
        request.base = appendTo
        request.reuse = reuseFrom
        request.isPlain = isPlain
        request.platforms = platforms.isEmpty ? nil : platforms
        return request
    }
}
