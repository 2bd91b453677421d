import Testing

@testable import StoreProviders
@testable import StoreTransport

@Suite struct EmptyTokenTests {
    @Test(arguments: [("", nil), ("token", "token"), (nil, nil)] as [(String?, String?)])
    func anEmptySessionTokenIsNone(_ given: String?, _ expected: String?) {
        let credentials = AWSCredentials(
            accessKeyID: "a", secretAccessKey: Secret("s"), sessionToken: given.map(Secret.init))
        #expect(credentials.sessionToken?.exposed == expected)
    }
}
