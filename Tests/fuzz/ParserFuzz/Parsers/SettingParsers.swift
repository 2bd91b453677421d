import AssetModel
import FoundationEssentials
import Glibc
import Operations
import Terminal
import Words

@testable import AssetsCommand
@testable import StoreProviders
@testable import StoreTransport

extension Parser {
    /// The environment's variables, as lines of `NAME=value`; flags are FLAG_ and their name.
    static let settings = Parser("settings") { bytes in
        let variables = Variables.read(bytes)
        for value in variables.values { try expectQuantities(value) }
        var flags = SettingFlags()
        flags.provider = .flag("--provider", variables["FLAG_PROVIDER"])
        flags.bucket = .flag("--bucket", variables["FLAG_BUCKET"])
        flags.prefix = .flag("--prefix", variables["FLAG_PREFIX"])
        flags.region = .flag("--region", variables["FLAG_REGION"])
        flags.endpoint = .flag("--endpoint", variables["FLAG_ENDPOINT"])
        var problem: Problem?
        do throws(SettingFault) {
            let settings = try Settings(flags: flags, environment: ProcessEnvironment(variables), manifest: nil)
            for seconds in [settings.lockTimeout.value, settings.storageTimeout.value] {
                _ = WaitingTime(seconds: seconds).timeAmount
                _ = ContinuousClock.now + WaitingTime(seconds: seconds).duration
            }
            problem = storeProblem(settings, variables)
        } catch {
            problem = Problem(error)
        }
        try expectShowable(ProblemText(width: 80, style: .plain).render([problem].compactMap(\.self)))
        return problem == nil ? .accepted : .refused
    }

    /// Times and sizes of flags.
    private static func expectQuantities(_ text: String) throws(Violation) {
        if let span = TimeSpan(argument: text) {
            try expect(TimeSpan(argument: span.description) == span, "the time \(span) reads otherwise")
        }
        if let count = ByteCount(argument: text) {
            try expect(ByteCount(argument: "\(count.bytes)") == count, "the size \(count.bytes) reads otherwise")
            try expectShowable(Units.bytes(count.bytes))
        }
        if let seconds = Double(text) {
            try expectShowable(Units.duration(seconds) + Units.rate(seconds))
            _ = WaitingTime(seconds: seconds).timeAmount
        }
    }

    private static func storeProblem(_ settings: Settings, _ variables: [String: String]) -> Problem? {
        let environment = ProviderEnvironment(variables: variables) { 1_700_000_000 }
        do throws(ConfigurationFault) {
            let s3 = try S3Configuration(settings.s3, environment)
            let endpoint = try S3Endpoint(settings.bucket?.value ?? "acme", s3)
            let proxies = ProxySettings(environment)
            let gcs = try GCSConfiguration(settings.gcs, environment)
            let url = endpoint.url(of: nil, query: [("a", "b"), ("c", nil)], region: endpoint.region)
            for url in [url, gcs.endpoint?.value, HTTPURL("http://10.0.0.7:9000/")].compactMap(\.self) {
                _ = try proxies.setting(for: url)
            }
            for service in ["sts", "sso", "sso-oidc"] { _ = try s3.endpoint(of: service) }
            return nil
        } catch {
            return Problem(error)
        }
    }

    /// ~/.aws/config and ~/.aws/credentials
    static let awsFiles = Parser("aws-files") { bytes in
        let path = "\(Files.temporary)/parser-fuzz-aws-\(getpid())"
        try Files.write(bytes, to: path)
        defer { unlink(path) }
        // As both, which have other sections.
        for variables in [["AWS_CONFIG_FILE": path], ["AWS_SHARED_CREDENTIALS_FILE": path]] {
            for profile in ["default", "dev"] {
                let environment = ProviderEnvironment(variables: variables.merging(["AWS_PROFILE": profile]) { $1 }) {
                    1_700_000_000
                }
                do {
                    let files = try AWSFiles.load(environment)
                    for (name, section) in files.credentials { try expectPlaces(section, of: bytes, name) }
                    let configuration = try S3Configuration(S3Overrides(), environment)
                    let endpoint = try S3Endpoint("acme", configuration)
                    try expectShowable("\(endpoint.note)".escapedForTerminal)
                    _ = try await FileCredentials(file: .credentials, profile: profile, files: files).credentials()
                    _ = try await FileCredentials(file: .config, profile: profile, files: files).credentials()
                    for value in files.profile(profile)?.values.values ?? [:].values {
                        if case .text(let text) = value.value { _ = ShellWords.split(text) }
                    }
                } catch let fault as ConfigurationFault {
                    try expectShowable(ProblemText(width: 80, style: .plain).render([Problem(fault)]))
                    if profile == "default" { return .refused }
                } catch is CredentialFailure {
                    // Said like the answers of a store.
                }
            }
        }
        return .accepted
    }

    private static func expectPlaces(_ section: AWSSection, of bytes: [UInt8], _ name: String) throws(Violation) {
        let lines = bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }.count
        for (key, value) in section.values {
            guard case .file(let place) = value.provenance else { throw Violation("\(key) of \(name) has no place") }
            try expect((1...lines).contains(place.line), "\(key) of \(name): there is no line \(place.line)")
        }
    }
}

/// Variables in a document.
enum Variables {
    static func read(_ bytes: [UInt8]) -> [String: String] {
        var variables: [String: String] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            variables[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        return variables
    }
}
