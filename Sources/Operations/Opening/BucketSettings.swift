internal import AssetModel
internal import StoreProviders
internal import StoreTransport

/// Opens a bucket with the settings of a run.
enum BucketSettings {
    /// - Parameter isAsked: whether anything is sent to the bucket.
    static func openS3(
        _ settings: Settings, _ bucket: String, _ retries: RetryLog, isAsked: Bool = true
    ) throws(Faults) -> S3Client {
        var overrides = settings.s3
        if !isAsked { overrides.specEndpointTrust = Setting(true, from: .builtIn) }
        return try opening { [overrides] () throws(ConfigurationFault) in
            try S3Client(
                bucket: bucket, overrides, environment(settings), window: settings.concurrency.upperBound,
                budget: settings.storageTimeout.value, log: retries)
        }
    }

    static func openGCS(_ settings: Settings, _ bucket: String, _ retries: RetryLog) throws(Faults)
        -> GCSClient
    {
        try opening { () throws(ConfigurationFault) in
            try GCSClient(
                bucket: bucket, settings.gcs, environment(settings), window: settings.concurrency.upperBound,
                budget: settings.storageTimeout.value, log: retries)
        }
    }

    private static func environment(_ settings: Settings) -> ProviderEnvironment {
        ProviderEnvironment(
            variables: settings.environment.variables, empty: settings.environment.empty, now: WallClock.now)
    }

    private static func opening<Opening>(
        _ open: () throws(ConfigurationFault) -> Opening
    ) throws(Faults) -> Opening {
        do {
            return try open()
        } catch {
            throw Faults(.configuration(error))
        }
    }
}
