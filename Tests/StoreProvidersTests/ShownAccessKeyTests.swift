import StoreTransport
import Testing

@testable import StoreProviders

/// What is printed of an access key's id, which may be a secret in the wrong place.
@Suite struct ShownAccessKeyTests {
    @Test(arguments: [
        ("AKIAIOSFODNN7EXAMPLE", true), (String(repeating: "A", count: 16), true),
        (String(repeating: "a", count: 128), true), (String(repeating: "A", count: 15), false),
        (String(repeating: "A", count: 129), false), ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", false),
        ("AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI", false), ("AKIAIOSFODNN7ÉXAMPLE", false), ("", false),
    ])
    func idsAreShownThatAWSGivesOut(_ id: String, _ isShown: Bool) {
        let credentials = AWSCredentials(accessKeyID: id, secretAccessKey: Secret("s"))
        #expect(credentials.shownKey == (isShown ? .id(id) : .hidden))
    }
}
