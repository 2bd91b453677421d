internal import ArgumentParser
internal import Operations

/// How much a plan may fetch.
struct DownloadLimit: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Fail before downloading more than this, e.g. 500MB or 2GiB", valueName: "size"))
    var maxBytes: ByteCount?
}
