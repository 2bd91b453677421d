import Testing

@testable import StoreProviders

@Suite struct XMLTreeTests {
    @Test("elements, texts and namespaces") func tree() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <s3:List xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/"><Key>a &amp; b</Key><Key>é</Key><Empty/></s3:List>
            """
        let root = try XMLTree.parse(Array(text.utf8))
        #expect(root.name == "List")
        #expect(root.children.map(\.name) == ["Key", "Key", "Empty"])
        #expect(root.children.map(\.text) == ["a & b", "é", ""])
        #expect(root["Key"] == "a & b")
        #expect(root["Absent"] == nil)
    }

    @Test("blanks that keep a connection alive may stand before the declaration") func blanks() throws {
        #expect(try XMLTree.parse(Array(" \r\n\t<?xml version=\"1.0\"?><a/>".utf8)).name == "a")
    }

    @Test("as deep as any answer goes, and no deeper") func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
        }
        #expect(try XMLTree.parse(nested(16)).name == "a")
        let fault = #expect(throws: XMLFault.self) { try XMLTree.parse(nested(17)) }
        #expect(fault == .tooDeep)
    }

    @Test(
        "what is not whole XML is refused",
        arguments: [
            ("", 1, "no element found"), ("<a><b></a>", 1, "mismatched tag"),
            ("<a>", 1, "no element found"), ("<a/><b/>", 1, "junk after document element"),
            ("{\"a\": 1}", 1, "not well-formed (invalid token)"),
            ("<a>\n&nobody;</a>", 2, "undefined entity"),
        ])
    func refused(text: String, line: Int, words: String) {
        let fault = #expect(throws: XMLFault.self) { try XMLTree.parse(Array(text.utf8)) }
        #expect(fault == .syntax(line: line, words))
    }

    @Test("a document type is refused, so that no entity expands") func documentType() {
        let text = "<!DOCTYPE a [<!ENTITY x \"xx\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>"
        let fault = #expect(throws: XMLFault.self) { try XMLTree.parse(Array(text.utf8)) }
        #expect(fault == .documentType)
    }
}
