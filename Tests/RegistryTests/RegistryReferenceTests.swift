import AssetModel
import StoreTransport
import Testing

@testable import Registry

@Suite("References of images") struct RegistryReferenceTests {
    private static let digest = String(repeating: "a1", count: 32)

    @Test(
        "are read as Docker reads them",
        arguments: [
            ("ubuntu", "docker.io/library/ubuntu", "latest"),
            ("ubuntu:24.04", "docker.io/library/ubuntu", "24.04"),
            ("team/app", "docker.io/team/app", "latest"),
            ("docker.io/ubuntu", "docker.io/library/ubuntu", "latest"),
            ("index.docker.io/team/app:1", "docker.io/team/app", "1"),
            ("registry.example.com/app", "registry.example.com/app", "latest"),
            ("registry.example.com:5000/team/app:v1_2.3-x", "registry.example.com:5000/team/app", "v1_2.3-x"),
            ("localhost/app", "localhost/app", "latest"),
            ("localhost:5000/app", "localhost:5000/app", "latest"),
            ("127.0.0.1:5000/a/b/c:1", "127.0.0.1:5000/a/b/c", "1"),
            ("[::1]:5000/app", "[::1]:5000/app", "latest"),
            ("Registry.Example.com/app", "registry.example.com/app", "latest"),
            ("ghcr.io/a__b/c-d--e.f:1", "ghcr.io/a__b/c-d--e.f", "1"),
            ("example.com/app:1@sha256:\(digest)", "example.com/app", "sha256:\(digest)"),
            ("app@sha256:\(digest)", "docker.io/library/app", "sha256:\(digest)"),
        ])
    func accepted(text: String, name: String, selector: String) throws {
        let reference = try RegistryReference(text)
        #expect(reference.name == name)
        #expect(reference.selector == selector)
        #expect(try RegistryReference(reference.description) == reference)
    }

    @Test(
        "and refused where they are none",
        arguments: [
            ("", RegistryReferenceFault.repository("")), ("example.com/", .repository("")),
            ("example.com/App", .repository("App")), ("example.com/a//b", .repository("a//b")),
            ("example.com/a___b", .repository("a___b")), ("example.com/a..b", .repository("a..b")),
            ("example.com/-a", .repository("-a")), ("example.com/a-", .repository("a-")),
            ("example.com/a:", .tag("")), ("example.com/a:.b", .tag(".b")), ("example.com/a:b c", .tag("b c")),
            ("example.com/a:" + String(repeating: "x", count: 129), .tag(String(repeating: "x", count: 129))),
            ("example.com/a@sha256:12", .digest("sha256:12")), ("example.com/a@md5:12", .digest("md5:12")),
            ("exa_mple.com/a", .host("exa_mple.com")), ("user:word@example.com/a", .digest("example.com/a")),
            ("example.com:0/a", .host("example.com:0")), ("example.com:99999/a", .host("example.com:99999")),
            ("example.com/" + String(repeating: "a", count: 250), .tooLong),
        ])
    func refused(text: String, fault: RegistryReferenceFault) {
        #expect(throws: fault) { try RegistryReference(text) }
    }

    @Test(
        "lead to where the registry is",
        arguments: [
            ("ubuntu", false, "https://registry-1.docker.io"), ("ubuntu", true, "https://registry-1.docker.io"),
            ("example.com/a", false, "https://example.com"), ("example.com/a", true, "http://example.com"),
            ("example.com:5000/a", false, "https://example.com:5000"),
            ("example.com:5000/a", true, "http://example.com:5000"),
            ("localhost/a", false, "http://localhost"), ("localhost:5000/a", false, "http://localhost:5000"),
            ("127.0.0.1:443/a", false, "https://127.0.0.1"), ("[::1]:5000/a", false, "http://[::1]:5000"),
            ("127.example.com/a", false, "https://127.example.com"),
        ])
    func endpoint(text: String, isPlain: Bool, endpoint: String) throws {
        let reference = try RegistryReference(text)
        #expect(RegistryHost(reference.host)?.endpoint(isPlain: isPlain).origin == endpoint)
    }
}
