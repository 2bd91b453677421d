import StoreTransport
import Testing

@testable import StoreProviders

/// A token that `aws sso login` left, and what renews it.
@Suite struct SingleSignOnTokenTests {
    @Test(arguments: ["1e30", "-1e30", "1e308", "0"])
    func anyLifeOfATokenIsTaken(_ lifetime: String) throws {
        let stored = #"{"accessToken":"a","expiresAt":"2026-11-25T12:00:00Z","clientId":"c"}"#
        let token = try #require(SingleSignOnToken(Array(stored.utf8)))
        let answer = #"{"accessToken":"b","expiresIn":\#(lifetime)}"#
        let renewed = try #require(token.renewed(by: Array(answer.utf8), now: 1_795_608_000))
        #expect(renewed.accessToken.exposed == "b")
    }
}
