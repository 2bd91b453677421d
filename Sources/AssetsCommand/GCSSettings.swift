internal import AssetModel
internal import StoreProviders

/// Opens a bucket of Google Cloud Storage with the settings of a run.
enum GCSSettings {
    static func open(_ settings: Settings, _ bucket: String, _ retries: RetryLog) throws(Problems) -> GCSOpening {
        let environment = ProviderEnvironment(variables: settings.environment.variables, now: WallClock.now)
        do {
            return try GCSOpening(
                bucket: bucket, settings.gcs, environment, window: settings.jobs.value,
                budget: settings.storageTimeout.value, log: retries)
        } catch {
            throw Problems([Problem(error)])
        }
    }
}
