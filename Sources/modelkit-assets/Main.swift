internal import AssetsCommand

@main
enum Main {
    static func main() async { await ModelkitAssets.start() }
}
