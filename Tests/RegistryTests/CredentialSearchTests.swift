import AssetModel
import AssetsTestSupport
import FoundationEssentials
import StoreTransport
import Testing

@testable import Registry

@Suite("Where credentials are found") struct CredentialSearchTests {
    /// Base 64 of a pair.
    private static func auth(_ pair: String) -> String { "{\"auth\": \"\(Base64.encode(Array(pair.utf8)))\"}" }

    private static func find(
        _ reference: String, _ files: [String: String], _ variables: [String: String] = [:]
    ) async throws -> String? {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "credentials-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path())
        }
        let home = folder.path().trimmingSlash
        var all = variables.mapValues { $0.replacing("HOME", with: home) }
        all["HOME"] = home
        let search = CredentialSearch(environment: ProviderEnvironment(variables: all, now: { 0 }))
        guard let found = try await search.find(try RegistryReference(reference)) else { return nil }
        let words =
            switch found.credentials {
            case .password(let user, let password): "\(user):\(password.exposed)"
            case .identityToken(let token): "identity \(token.exposed)"
            case .registryToken(let token): "registry \(token.exposed)"
            }
        return "\(words) from \(found.source.place.path?.replacing(home, with: "HOME") ?? "a variable")"
    }

    @Test(
        "a file may name a host in several ways",
        arguments: [
            ("r.example/a", "r.example"), ("r.example/a", "https://r.example"),
            ("r.example/a", "https://r.example/v1/"),
            ("r.example:5000/a", "r.example:5000"), ("r.example/a/b", "r.example/a"),
            ("r.example/a/b", "r.example/a/b"),
            ("ubuntu", "https://index.docker.io/v1/"), ("team/app", "docker.io"), ("ubuntu", "index.docker.io"),
        ])
    func keys(reference: String, key: String) async throws {
        let found = try await Self.find(
            reference, [".docker/config.json": "{\"auths\": {\"\(key)\": \(Self.auth("me:a:b"))}}"])
        #expect(found == "me:a:b from HOME/.docker/config.json")
    }

    @Test("another host's are not taken", arguments: ["r.example.com", "example", "r.example:5000", "xr.example"])
    func otherHost(key: String) async throws {
        let file = "{\"auths\": {\"\(key)\": \(Self.auth("me:a"))}}"
        #expect(try await Self.find("r.example/a", [".docker/config.json": file]) == nil)
    }

    @Test("the longest prefix of a repository counts")
    func prefix() async throws {
        let file = """
            {"auths": {"r.example": \(Self.auth("host:1")), "r.example/team": \(Self.auth("team:2")),
             "r.example/te": \(Self.auth("no:3"))}}
            """
        #expect(try await Self.find("r.example/team/app", [".docker/config.json": file])?.hasPrefix("team:2") == true)
    }

    @Test(
        "an entry has a pair, fields or tokens",
        arguments: [
            ("{\"username\": \"u\", \"password\": \"p\"}", "u:p"), ("{\"identitytoken\": \"t\"}", "identity t"),
            ("{\"auth\": \"\(Base64.encode(Array("x:y".utf8)))\", \"identitytoken\": \"t\"}", "identity t"),
            ("{\"registrytoken\": \"t\"}", "registry t"), ("{}", nil), ("{\"auth\": \"!\"}", nil),
            ("{\"auth\": \"\"}", nil),
        ])
    func entries(entry: String, expected: String?) async throws {
        let found = try await Self.find(
            "r.example/a", [".docker/config.json": "{\"auths\": {\"r.example\": \(entry)}}"])
        #expect(found == expected.map { "\($0) from HOME/.docker/config.json" })
    }

    @Test("the first place that has some counts")
    func places() async throws {
        let files = [
            "named.json": "registry-auth-file", "docker/config.json": "docker-config", ".docker/config.json": "home",
            "run/containers/auth.json": "runtime", ".config/containers/auth.json": "podman",
        ].mapValues { "{\"auths\": {\"r.example\": \(Self.auth("\($0):x"))}}" }
        var variables = [
            "DOCKER_AUTH_CONFIG": "{\"auths\": {\"r.example\": \(Self.auth("variable:x"))}}",
            "REGISTRY_AUTH_FILE": "HOME/named.json", "DOCKER_CONFIG": "HOME/docker", "XDG_RUNTIME_DIR": "HOME/run",
        ]
        let order: [(removed: String?, user: String)] = [
            (nil, "variable"), ("DOCKER_AUTH_CONFIG", "registry-auth-file"), ("REGISTRY_AUTH_FILE", "docker-config"),
            ("DOCKER_CONFIG", "home"),
        ]
        for (removed, user) in order {
            if let removed { variables[removed] = nil }
            let found = try await Self.find("r.example/a", files, variables)
            #expect(found?.hasPrefix("\(user):x") == true, "\(found ?? "none") in place of \(user)")
        }
        var fewer = files
        fewer[".docker/config.json"] = "{}"
        #expect(try await Self.find("r.example/a", fewer, variables)?.hasPrefix("runtime:x") == true)
        #expect(try await Self.find("r.example/a", fewer)?.hasPrefix("podman:x") == true)
    }

    @Test("a file that cannot be read, or is none, is told, and not what is in it")
    func malformed() async throws {
        for text in ["{\"auths\": {\"r.example\": hunter2", "hunter2", "[]"] {
            let failure = await #expect(throws: CredentialFailure.self) {
                try await Self.find("r.example/a", [".docker/config.json": text])
            }
            #expect(failure?.kind == .misconfigured)
            #expect("\(String(describing: failure))".contains("hunter2") == false)
        }
        let missing = await #expect(throws: CredentialFailure.self) {
            try await Self.find("r.example/a", [:], ["REGISTRY_AUTH_FILE": "HOME/none.json"])
        }
        guard case .missing(let place) = missing?.fault.value as? RegistryCredentialFault else {
            Issue.record("\(String(describing: missing))")
            return
        }
        #expect(place.variable == "REGISTRY_AUTH_FILE")
    }

    @Test("a helper's name is a part of its file's name, and nothing else")
    func helperName() async throws {
        let failure = await #expect(throws: CredentialFailure.self) {
            try await Self.find("r.example/a", [".docker/config.json": "{\"credsStore\": \"../x\"}"])
        }
        #expect(failure?.kind == .misconfigured)
    }

    @Test("a helper that is not installed is told")
    func absentHelper() async throws {
        let failure = await #expect(throws: CredentialFailure.self) {
            try await Self.find("r.example/a", [".docker/config.json": "{\"credsStore\": \"of-no-machine\"}"])
        }
        guard case .helper("docker-credential-of-no-machine", _, _) = failure?.fault.value as? RegistryCredentialFault
        else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}

extension String {
    fileprivate var trimmingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
