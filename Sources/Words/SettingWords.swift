internal import AssetModel
package import Operations
internal import StoreProviders
internal import StoreTransport
internal import Terminal

// The words for settings that cannot be used.

extension Problem {
    package init(_ fault: SettingFault) {
        let (setting, words) = (fault.setting, SettingWords(fault))
        var status: Int32 = 64
        if case .file = setting.provenance { status = 3 }
        self.init(
            code: "bad-setting", message: "\(words.fault) `\(HTTPURL.shown(setting.value))`",
            details: [setting.provenance.phrase, "expected \(words.expected)"], hint: words.hint,
            exitStatus: status)
    }
}

private struct SettingWords {
    /// `invalid retry mode`
    let fault: String
    let expected: String
    let hint: String?

    init(_ fault: SettingFault) {
        switch fault {
        case .unknownProvider(let setting):
            self.init("unknown storage provider", setting, among: Provider.allCases.map(\.rawValue))
        case .unknownVersioning(let setting):
            self.init("unknown versioning system", setting, among: VersioningSystem.all.map(\.name))
        case .bucketIsAddress(_, let provider):
            self.init(
                fault: "invalid bucket name", expected: "the bucket's name alone",
                hint: "set the endpoint with \(provider == .s3 ? "S3_ENDPOINT" : "STORAGE_EMULATOR_HOST")")
        case .notTruth(_, let variable):
            self.init(fault: "invalid value of \(variable)", expected: "`true` or `false`")
        case .notSeconds(_, let setting): self.init(fault: "invalid \(setting.words)", expected: "a number of seconds")
        case .notRate:
            self.init(fault: "invalid maximum rate", expected: "a number of bytes per second, such as 200MB/s")
        }
    }

    private init(fault: String, expected: String, hint: String? = nil) {
        self.fault = fault
        self.expected = expected
        self.hint = hint
    }

    private init(_ fault: String, _ setting: Setting<String>, among known: [String]) {
        self.init(
            fault: fault, expected: "one of \(known.joined(separator: ", "))",
            hint: nearestWord(to: setting.value, in: known).map { "did you mean `\($0)`?" })
    }
}

extension SettingOfSeconds {
    fileprivate var words: String {
        switch self {
        case .lockTimeout: "lock timeout"
        case .sourceDate: "source date"
        case .storageTimeout: "storage timeout"
        }
    }
}
