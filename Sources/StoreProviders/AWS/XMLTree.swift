internal import CLibExpat

/// A small XML document as a tree, read by expat. Bounded, and without document types, so that no entity expands.
enum XMLTree {
    /// Deeper than any answer of S3 or STS.
    fileprivate static let deepest = 16

    static func parse(_ bytes: [UInt8]) throws(XMLFault) -> XMLElement {
        // S3 keeps a connection alive with blanks before a late answer, which XML does not allow before its declaration.
        let start = bytes.firstIndex { !" \r\n\t".utf8.contains($0) } ?? bytes.endIndex
        guard let count = CInt(exactly: bytes.count - start) else { throw .tooLong }
        let builder = XMLBuilder()
        guard let parser = XML_ParserCreate("UTF-8") else { throw .outOfMemory }
        defer { XML_ParserFree(parser) }
        builder.parser = parser
        XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
        XML_SetElementHandler(
            parser, { data, name, _ in target(of: data)?.begin(name) }, { data, _ in target(of: data)?.end() })
        XML_SetCharacterDataHandler(parser) { data, text, count in target(of: data)?.append(text, Int(count)) }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            target(of: data)?.stop(.documentType)
        }
        let status = bytes[start...].withUnsafeBytes { bytes in
            XML_Parse(parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), count, 1)
        }
        if let fault = builder.fault { throw fault }
        guard status == XML_STATUS_OK, let root = builder.root else {
            let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
            throw .syntax(line: Int(clamping: XML_GetCurrentLineNumber(parser)), words)
        }
        return root
    }
}

/// An element: its name without a namespace's prefix, its own text untrimmed, and its children.
struct XMLElement: Sendable, Equatable {
    let name: String
    var text = ""
    var children: [XMLElement] = []

    /// The text of the first child of that name; nil where there is none.
    subscript(name: String) -> String? { child(name)?.text }

    func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }
}

/// Why some text is not XML that is read here.
package enum XMLFault: Error, Hashable, Sendable {
    /// What expat says; nil where it says nothing, as of an empty document.
    case syntax(line: Int, String?)
    case tooLong
    case tooDeep
    /// It has a document type declaration, whose entities could expand.
    case documentType
    case outOfMemory
}

private func target(of data: UnsafeMutableRawPointer?) -> XMLBuilder? {
    data.map { Unmanaged<XMLBuilder>.fromOpaque($0).takeUnretainedValue() }
}

/// What expat's callbacks write to.
///
/// A class because they are given a pointer to it.
private final class XMLBuilder {
    var parser: XML_Parser?
    var root: XMLElement?
    var fault: XMLFault?
    private var open: [XMLElement] = []

    func begin(_ name: UnsafePointer<CChar>?) {
        guard open.count < XMLTree.deepest, let name else { return stop(.tooDeep) }
        let text = String(cString: name)
        open.append(XMLElement(name: text.split(separator: ":").last.map(String.init) ?? text))
    }

    func end() {
        guard let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    func append(_ bytes: UnsafePointer<CChar>?, _ count: Int) {
        guard !open.isEmpty, let bytes else { return }
        let text = UnsafeRawBufferPointer(start: bytes, count: count)
        open[open.count - 1].text += String(decoding: text, as: UTF8.self)
    }

    func stop(_ fault: XMLFault) {
        self.fault = self.fault ?? fault
        XML_StopParser(parser, 0)
    }
}
