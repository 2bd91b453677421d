package import AssetModel
package import StoreTransport

/// What `~/.aws/config` and `~/.aws/credentials` say, each value with its place.
///
/// A section of the credentials file is a profile by its own name; a section of the config file is one as `[default]` or
/// `[profile NAME]`. The rules are botocore's (`configloader.py`).
package struct AWSFiles: Sendable {
    /// Of the credentials file, by section.
    package var credentials: [String: AWSSection] = [:]
    /// The profiles of the config file, by name.
    package var config: [String: AWSSection] = [:]
    /// `[sso-session NAME]` of the config file, by name.
    package var ssoSessions: [String: AWSSection] = [:]
    /// `[services NAME]` of the config file, by name.
    package var services: [String: AWSSection] = [:]

    package init() {}

    /// Reads the files that the environment names, or those in the home folder. One that is not there is as an empty one.
    package static func load(_ environment: ProviderEnvironment) throws(ConfigurationFault) -> AWSFiles {
        var files = AWSFiles()
        let config = environment["AWS_CONFIG_FILE"] ?? "~/.aws/config"
        for (name, section) in try sections(of: config, environment) { files.take(name, section) }
        let credentials = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials"
        for (name, section) in try sections(of: credentials, environment) { files.credentials[name] = section }
        return files
    }

    private static func sections(
        of path: String, _ environment: ProviderEnvironment
    ) throws(ConfigurationFault) -> [(name: String, section: AWSSection)] {
        let path = environment.expanding(path)
        guard let bytes = try SmallFile.read(path) else { return [] }
        guard let text = String(validating: bytes, as: UTF8.self), bytes.first != 0xEF else {
            throw ConfigurationFault(S3SettingFault.notUTF8(path: path))
        }
        return try AWSConfigFile(text, file: path).sections
    }

    /// A section of the config file. What is neither `[default]` nor one word after its kind is of no use.
    private mutating func take(_ name: String, _ section: AWSSection) {
        if name == "default" { return config["default"] = section }
        guard let words = ShellWords.split(name), words.count == 2 else { return }
        // By their beginnings, as botocore does it.
        if words[0].hasPrefix("profile") {
            config[words[1]] = section
        } else if words[0].hasPrefix("sso-session") {
            ssoSessions[words[1]] = section
        } else if words[0].hasPrefix("services") {
            services[words[1]] = section
        }
    }

    /// The profile as boto3 sees it: what the credentials file says beats what the config file says, key by key.
    /// Nil where neither file has it.
    package func profile(_ name: String) -> AWSSection? {
        guard let config = config[name] else { return credentials[name] }
        guard let credentials = credentials[name] else { return config }
        return config.overlaid(by: credentials)
    }
}

/// A section of one of the files.
package struct AWSSection: Sendable, Equatable {
    /// By key, in lower case.
    package var values: [String: Setting<AWSValue>]

    package init(_ values: [String: Setting<AWSValue>] = [:]) { self.values = values }

    /// The text of a key. Nil where there is none, where it is empty, and where a block stands.
    package subscript(key: String) -> Setting<String>? {
        guard let setting = values[key], case .text(let text) = setting.value, !text.isEmpty else { return nil }
        return Setting(text, from: setting.provenance)
    }

    /// The block below a key, `s3 =` and indented lines. Its keys are as they were written.
    package func block(_ key: String) -> [String: Setting<String>] {
        guard let setting = values[key], case .block(let block) = setting.value else { return [:] }
        return block
    }

    package func overlaid(by other: AWSSection) -> AWSSection {
        AWSSection(values.merging(other.values) { _, new in new })
    }
}

package enum AWSValue: Sendable, Equatable {
    case text(String)
    case block([String: Setting<String>])
}
