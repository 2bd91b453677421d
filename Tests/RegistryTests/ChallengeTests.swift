import Testing

@testable import Registry

@Suite("Challenges of registries") struct ChallengeTests {
    @Test(
        "are read as HTTP has them",
        arguments: [
            (
                [#"Bearer realm="https://a.example/token",service="r.example",scope="repository:a/b:pull,push""#],
                "bearer realm=https://a.example/token scope=repository:a/b:pull,push service=r.example"
            ),
            ([#"bearer REALM="https://a""#], "bearer realm=https://a"),
            ([#"Bearer realm = "https://a" , service = x"#], "bearer realm=https://a service=x"),
            ([#"Basic realm="a \"quoted\", part""#], #"basic realm=a "quoted", part"#),
            ([#"Basic realm="b", Bearer realm="https://a",service="s""#], "bearer realm=https://a service=s"),
            ([#"Basic realm="b""#, #"Bearer realm="https://a""#], "bearer realm=https://a"),
            ([#"Negotiate, Basic realm="b""#], "basic realm=b"),
            ([#"Negotiate abc==, Basic realm="b""#], "basic realm=b"),
            ([#"Bearer scope="x", Basic realm="b""#], "basic realm=b"),
            (["Basic"], "basic"), (["Digest realm=\"x\""], nil), ([], nil), ([""], nil), (["\"\",,=="], nil),
            ([#"Bearer realm="https://a"#], "bearer realm=https://a"),
        ])
    func read(headers: [String], expected: String?) {
        let challenge = AuthenticationChallenge.preferred(headers)
        let words = challenge.map { challenge in
            (["\(challenge.scheme)"] + challenge.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: " ")
        }
        #expect(words == expected)
    }

    @Test("name scopes, whose resources may hold colons")
    func scopes() {
        let scopes = AccessScope.list("repository:r.example:5000/a:push,pull registry:catalog:* nonsense")
        #expect(scopes.map(\.text) == ["repository:r.example:5000/a:pull,push", "registry:catalog:*"])
    }

    @Test("add what is about something else to the scopes that are wanted")
    func merged() {
        let wanted = [AccessScope.push("a/b"), .pull("c")]
        let named = AccessScope.list("repository:a/b:pull repository:d:pull")
        #expect(
            AccessScope.merged(wanted, named).map(\.text) == [
                "repository:a/b:pull,push", "repository:c:pull", "repository:d:pull",
            ])
    }
}
