import AssetModel
import FoundationEssentials
import Testing

@testable import Catalog

@Suite("JSON as Python writes it")
struct PlainJSONTests {
    private static let document = #"""
        {"push_date": "2024-03-01T12:30:00+00:00", "is_directory": true, "contents": ["b.txt", "en/ä.txt"], "size": 3,
         "objects": [{"path": "b.txt", "size": 900719925474099, "ok": [true, false, null, {}, []]}], "": 0}

        """#

    private func decoded(_ bytes: [UInt8]) -> [String: JSONValue]? {
        try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes))
    }

    @Test func `what is plain is read as a decoder reads it`() throws {
        let bytes = Array(Self.document.utf8)
        let read = try #require(PlainJSON.object(bytes))
        #expect(read == decoded(bytes))
        #expect(read["contents"] == .array([.string("b.txt"), .string("en/ä.txt")]))
        #expect(PlainJSON.object(Array("\t{ }\r\n".utf8)) == [:])
    }

    @Test(
        arguments: [
            "", "{", "{}x", "[]", "\"a\"", #"{"a": "\u0041"}"#, #"{"a": 1, "a": 2}"#, #"{"a": 1.0}"#, #"{"a": 1e3}"#,
            #"{"a": -1}"#, #"{"a": 01}"#, #"{"a": 1234567890123456}"#, #"{"a": tru}"#, #"{"a": }"#, #"{"a" 1}"#,
            #"{"a": 1,}"#,
            #"{"a": [1,]}"#, #"{"a": [1 2]}"#, #"{"a": "b}"#, "{\"a\": \"b\u{1}\"}", "\u{FEFF}{}", "{'a': 1}",
        ])
    func `of other documents it says nothing`(document: String) {
        #expect(PlainJSON.object(Array(document.utf8)) == nil)
    }

    @Test func `bytes that are no UTF-8, and nesting without end, are left to others`() {
        #expect(PlainJSON.object([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]) == nil)
        func nested(_ depth: Int) -> [UInt8] {
            Array((#"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}").utf8)
        }
        #expect(PlainJSON.object(nested(JSONNesting.limit - 1)) != nil)
        #expect(PlainJSON.object(nested(JSONNesting.limit)) == nil)
        #expect(PlainJSON.object(nested(100_000)) == nil)
    }

    @Test func `whatever it takes of a damaged document, a decoder takes too`() {
        let bytes = Array(Self.document.utf8)
        var taken = 0
        for index in bytes.indices {
            for byte in Array(#" "\{}[],:0-1.etx"#.utf8) + [0x80, 0] {
                var damaged = bytes
                damaged[index] = byte
                guard let read = PlainJSON.object(damaged) else { continue }
                taken += 1
                #expect(read == decoded(damaged), "\(String(decoding: damaged, as: UTF8.self))")
            }
        }
        #expect(taken > 100)
    }
}
