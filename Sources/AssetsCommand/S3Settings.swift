internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import StoreProviders

/// Opens a bucket of S3 with the settings of a run.
enum S3Settings {
    static func open(_ settings: Settings, _ bucket: String, _ retries: RetryLog) throws(Problems) -> S3Opening {
        let environment = ProviderEnvironment(variables: settings.environment.variables, now: WallClock.now)
        do {
            return try S3Opening(
                bucket: bucket, endpoint: settings.s3.endpoint?.value ?? "", environment: environment, log: retries)
        } catch {
            throw Problems([Problem(code: "s3-settings", message: error.words, exitStatus: 3)])
        }
    }
}
