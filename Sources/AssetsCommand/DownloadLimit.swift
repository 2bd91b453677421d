internal import ArgumentParser
internal import Operations

/// How much a plan may fetch.
struct DownloadLimit: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Fetch nothing where the plan has more to fetch than this, such as 500MB or 2GiB.", valueName: "size"))
    var maxBytes: ByteCount?
}
