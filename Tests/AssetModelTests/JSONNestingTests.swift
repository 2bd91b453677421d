import AssetModel
import Testing

@Suite("The nesting of JSON")
struct JSONNestingTests {
    @Test(
        "is bounded",
        arguments: [
            "", "{}", nested(JSONNesting.limit), #""\#(String(repeating: "[", count: 600))""#,
            #""\"\#(String(repeating: "{", count: 600))""#, String(repeating: "[],", count: 600),
        ])
    func bounded(text: String) {
        #expect(JSONNesting.isBounded(Array(text.utf8)))
    }

    @Test(
        "is not bounded",
        arguments: [
            nested(JSONNesting.limit + 1), String(repeating: "[", count: 512), String(repeating: #"{"a":"#, count: 512),
            #"["\\","# + String(repeating: "[", count: 512),
        ])
    func unbounded(text: String) {
        #expect(!JSONNesting.isBounded(Array(text.utf8)))
    }
}

private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}
