internal import AssetModel
internal import StoreProviders

/// Opens a bucket of S3 with the settings of a run.
enum S3Settings {
    static func open(_ settings: Settings, _ bucket: String, _ retries: RetryLog) throws(Problems) -> S3Opening {
        let environment = ProviderEnvironment(variables: settings.environment.variables, now: WallClock.now)
        do {
            return try S3Opening(
                bucket: bucket, settings.s3, environment, window: settings.jobs.value,
                budget: settings.storageTimeout.value, log: retries)
        } catch {
            throw Problems([Problem(error)])
        }
    }
}

extension Problem {
    init(_ fault: ConfigurationFault) {
        let place = fault.place.map { ["it comes from \($0.description.escapedForTerminal)"] } ?? []
        let expected = fault.expected.map { ["expected \($0.escapedForTerminal)"] } ?? []
        self.init(
            code: "s3-settings", message: fault.words.escapedForTerminal, details: place + expected,
            hint: fault.hint?.escapedForTerminal
                ?? "`modelkit-assets check` shows every setting and where it came from",
            exitStatus: 3)
    }
}
