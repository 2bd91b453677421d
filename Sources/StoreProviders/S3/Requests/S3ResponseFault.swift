package import StoreTransport

/// Why an answer of S3 is not what the protocol says.
package enum S3ResponseFault: RedactableDetail {
    case xml(XMLFault)
    /// The document is another one than this: the name of its first element.
    case otherDocument(Document, found: String)
    case objectWithoutKeyOrSize
    case noContinuationToken, repeatedContinuationToken
    case noETag, noETagOfCompletedObject
    case noContentLength
    case noUploadID

    package enum Document: Hashable, Sendable {
        case objects, uploads, parts
    }

    package func redacted(_ redaction: Redaction) -> S3ResponseFault {
        if case .otherDocument(let document, let found) = self {
            .otherDocument(document, found: redaction(found))
        } else {
            self
        }
    }
}
