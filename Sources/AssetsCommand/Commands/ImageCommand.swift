internal import ArgumentParser
internal import ImageFormat
internal import Operations
internal import Registry
internal import Terminal

/// What a lock pins as an image.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Build an OCI image of the locked assets",
        discussion: """
            One layer per asset, without a container engine; the same lockfile always gives the same digests. Assets that are \
            missing in the assets directory are downloaded first. Without --output and --push, prints the layers and writes \
            nothing. A push sends only layers that the registry does not have; credentials are those of docker and podman.

            EXAMPLE
              modelkit-assets image
              modelkit-assets image --output oci:build/assets:1
              modelkit-assets image --at /models --output oci-archive:assets.tar:1
              modelkit-assets image --push registry.example.com/team/assets:1
              modelkit-assets image --append-to example.com/base:3 --push example.com/app:7
            """)

    @OptionGroup var spec: SpecOptions

    @Option(
        help: ArgumentHelp(
            "Write an image layout: oci:DIR[:TAG], or oci-archive:FILE[:TAG] for a tar archive [default tag: latest]",
            valueName: "layout"))
    var output: LayoutTarget?

    @OptionGroup var registry: ImagePushOptions

    @Option(help: ArgumentHelp("Path of the assets directory in the image", valueName: "path"))
    var at = ImagePlace.root

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Platform of the image; repeatable [default: an index of linux/amd64 and linux/arm64]",
            valueName: "platform"))
    var platform: [ImagePlatform] = []

    @Flag(help: "Print the layers, and write nothing")
    var dryRun = false

    @OptionGroup(title: "Store options") var store: StoreOptions
    @OptionGroup(title: "Download options") var fetch: FetchOptions
    @OptionGroup(title: "Download options") var limit: DownloadLimit
    @OptionGroup(title: "Output options") var speech: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    func validate() throws {
        for (index, one) in platform.enumerated() where platform[..<index].contains(one) {
            throw ValidationError("--platform \(one) is given twice")
        }
        try registry.validate(besides: output)
    }

    func run() async throws {
        let shell = Shell(speech, json: format == .json)
        let isDry = dryRun || output == nil && registry.push == nil
        let request = SpecRequest(
            spec: spec.spec, groups: Set(spec.group), lock: LockRequest(mode: .locked),
            missingDirectory: isDry ? .isUnneeded : fetch.createAssetsDir ? .isMade : .isToBeMade)
        let flags = fetch.flags(store, forceDownload: false)
        try await shell.exiting(registry.push.map { "asking \($0.host)" } ?? "reading the lockfile") {
            let session = try shell.session(request, flags)
            let runner = ImageRunner(shell: shell, session: session, request: imaging, format: format)
            if let push = registry.request(platform) { return try await runner.push(push, isDry: isDry) }
            guard let output, !dryRun else { return try await runner.plan(for: output) }
            return try await runner.write(to: output)
        }
    }

    private var imaging: Imaging.Request {
        var request = Imaging.Request(groups: Set(spec.group))
        request.place = at
        if !platform.isEmpty { request.platforms = platform }
        request.maxBytes = limit.maxBytes?.bytes
        return request
    }
}

extension LayoutTarget: ExpressibleByArgument {}
extension ImagePlace: ExpressibleByArgument {}
extension ImagePlatform: ExpressibleByArgument {}
