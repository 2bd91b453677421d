import Testing

@testable import Publishing

@Suite("Members of a JSON object") struct JSONMembersTests {
    @Test(
        "all but the one that is set stays, byte for byte",
        arguments: [
            (#"{"a": 1}"#, #"{"a": 1, "objects": []}"#),
            (
                #"{"a": 1, "objects": [{"x": "}"}], "b": {"objects": 2}}"#,
                #"{"a": 1, "b": {"objects": 2}, "objects": []}"#
            ),
            (#"{ "objects" : [] , "a": "é,\"objects\": 1" } "#, #"{ "a": "é,\"objects\": 1" , "objects": []} "#),
            (#"{"a": "\\", "objects": 1, "objects": 2}"#, #"{"a": "\\", "objects": []}"#),
            (
                #"{"a": "objects", "b": ["objects", {"objects": 1}]}"#,
                #"{"a": "objects", "b": ["objects", {"objects": 1}], "objects": []}"#
            ),
            (#"{"a": 1,}"#, #"{"a": 1, "objects": []}"#),
            (#"{"objects": {}}"#, #"{ "objects": []}"#),
        ])
    func sets(text: String, expected: String) {
        let set = JSONMembers.setting("objects", to: Array("[]".utf8), in: Array(text.utf8))
        #expect(String(decoding: set, as: UTF8.self) == expected)
    }
}
