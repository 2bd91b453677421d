internal import AssetModel
internal import Operations
internal import StoreProviders
internal import StoreTransport
internal import Terminal

// The words for settings that cannot be used.

extension Problem {
    init(_ fault: SettingFault) {
        let (setting, words) = (fault.setting, SettingWords(fault))
        var status: Int32 = 64
        if case .file = setting.provenance { status = 3 }
        self.init(
            code: "bad-setting", message: "`\(HTTPURL.shown(setting.value))` is no \(words.name)",
            details: ["it comes from \(setting.provenance)", "expected \(words.expected)"], hint: words.hint,
            exitStatus: status)
    }

    /// The code of settings that keep a store from being opened.
    static let storeSettings = "store-settings"

    init(_ fault: ConfigurationFault) {
        let place = fault.place.map { ["it comes from \($0.description.escapedForTerminal)"] } ?? []
        let expected = fault.expected.map { ["expected \($0.escapedForTerminal)"] } ?? []
        self.init(
            code: Self.storeSettings, message: fault.words.escapedForTerminal, details: place + expected,
            hint: fault.hint?.escapedForTerminal
                ?? "`modelkit-assets check` shows every setting and where it came from",
            exitStatus: 3)
    }
}

private struct SettingWords {
    let name: String
    let expected: String
    let hint: String?

    init(_ fault: SettingFault) {
        switch fault {
        case .unknownProvider(let setting):
            self.init("storage provider", setting, among: Provider.allCases.map(\.rawValue))
        case .unknownVersioning(let setting):
            self.init("versioning system", setting, among: VersioningSystem.all.map(\.name))
        case .bucketIsAddress(_, let provider):
            self.init(
                name: "name of a bucket", expected: "the bucket's name alone",
                hint: "an endpoint is named by \(provider == .s3 ? "S3_ENDPOINT" : "STORAGE_EMULATOR_HOST")")
        case .notTruth(_, let variable):
            self.init(name: "value of \(variable)", expected: "`true` or `false`")
        case .notSeconds(_, let setting): self.init(name: setting.words, expected: "a number of seconds")
        case .notRate: self.init(name: "maximum rate", expected: "a number of bytes a second, such as 200MB/s")
        }
    }

    private init(name: String, expected: String, hint: String? = nil) {
        self.name = name
        self.expected = expected
        self.hint = hint
    }

    private init(_ name: String, _ setting: Setting<String>, among known: [String]) {
        self.init(
            name: name, expected: "one of \(known.joined(separator: ", "))",
            hint: nearestWord(to: setting.value, in: known).map { "did you mean `\($0)`?" })
    }
}

extension SettingOfSeconds {
    fileprivate var words: String {
        switch self {
        case .lockTimeout: "lock time-out"
        case .sourceDate: "source date"
        case .storageTimeout: "storage time-out"
        }
    }
}
