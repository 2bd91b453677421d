import AssetModel
import Synchronization
import Testing

@testable import StoreProviders
@testable import StoreTransport

/// Rules: botocore's `resolve_imds_endpoint_mode` and `IMDSFetcher._select_base_url`.
@Suite struct InstanceMetadataPlaceTests {
    /// A network without anybody, that remembers who was asked.
    private final class Nobody: HTTPTransport {
        let hosts = Mutex<Set<String>>([])
        let count = Mutex(0)

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            hosts.withLock { _ = $0.insert(request.url.host) }
            count.withLock { $0 += 1 }
            throw HTTPFailure(.noConnection, "nobody")
        }
    }

    private static func asked(_ variables: [String: String]) async throws -> Set<String> {
        try await nobody(askedWith: variables).hosts.withLock { $0 }
    }

    private static func nobody(askedWith variables: [String: String]) async throws -> Nobody {
        let environment = ProviderEnvironment(variables: variables, now: { 0 })
        let nobody = Nobody()
        let settings = S3CredentialSettings(
            environment: environment, configuration: try S3Configuration(S3Overrides(), environment),
            transport: nobody, sleep: { _ in })
        _ = try await InstanceCredentials(settings: settings).credentials()
        return nobody
    }

    private static let mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
    private static let flag = "AWS_IMDS_USE_IPV6"
    private static let endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT"

    @Test(arguments: [
        ([:], "169.254.169.254"),
        ([flag: "true"], "[fd00:ec2::254]"),
        ([flag: "TRUE"], "[fd00:ec2::254]"),
        ([flag: "1"], "169.254.169.254"),
        ([flag: "false"], "169.254.169.254"),
        ([mode: "ipv6"], "[fd00:ec2::254]"),
        ([mode: "IPv6"], "[fd00:ec2::254]"),
        ([mode: "ipv4"], "169.254.169.254"),
        ([mode: "IPv4", flag: "true"], "169.254.169.254"),
        ([mode: "ipv6", flag: "false"], "[fd00:ec2::254]"),
        ([endpoint: "http://127.0.0.1:9", flag: "true"], "127.0.0.1"),
    ])
    func isTheOneThatBotocoreAsks(_ variables: [String: String], _ host: String) async throws {
        #expect(try await Self.asked(variables) == [host])
    }

    @Test(arguments: [("3", 3), ("0", 1), ("-1", 1), ("soon", 1), ("1000000000000", 100)])
    func isAskedSoOftenAtMost(_ attempts: String, _ expected: Int) async throws {
        let nobody = try await Self.nobody(askedWith: ["AWS_METADATA_SERVICE_NUM_ATTEMPTS": attempts])
        // For the token, in the first version, and for the role.
        #expect(nobody.count.withLock { $0 } == 3 * expected)
    }

    @Test func namesAModeThatThereIsNot() async throws {
        let failure = await #expect(throws: CredentialFailure.self) { try await Self.asked([Self.mode: "dual"]) }
        #expect(failure?.kind == .misconfigured)
        let mode = Setting("dual", from: .environment(Self.mode))
        #expect(failure?.fault == AnyErrorDetail(S3CredentialFault.machine(.invalidMetadataMode(mode))))
    }
}
