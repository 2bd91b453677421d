internal import AssetModel

/// Looks a setting up where it can come from, in their order.
struct SettingSources {
    let environment: ProcessEnvironment

    func text(
        _ flag: Setting<String>?, _ variables: [String], file: Setting<String>? = nil
    ) -> Setting<String>? {
        flag ?? environment.first(variables) ?? file
    }

    /// What gives something away asks for more than that a variable is set to something.
    func truth(_ variables: [String]) throws(SettingFault) -> Setting<Bool>? {
        guard let setting = environment.first(variables) else { return nil }
        guard let value = ["true": true, "1": true, "false": false, "0": false][setting.value.lowercased()] else {
            throw .notTruth(setting, variable: variables[0])
        }
        return setting.map { _ in value }
    }

    func number<Value>(
        _ name: SettingOfSeconds, _ variables: [String], parse: (String) -> Value?
    ) throws(SettingFault) -> Setting<Value>? {
        guard let setting = environment.first(variables) else { return nil }
        guard let value = parse(setting.value) else { throw .notSeconds(setting, name) }
        return setting.map { _ in value }
    }

    /// In bytes a second.
    func rate(_ variables: [String]) throws(SettingFault) -> Setting<Int64>? {
        guard let setting = environment.first(variables) else { return nil }
        guard let rate = ByteRate(argument: setting.value) else { throw .notRate(setting) }
        return setting.map { _ in rate.bytesPerSecond }
    }
}
