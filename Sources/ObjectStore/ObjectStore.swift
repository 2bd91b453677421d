package import AssetModel
internal import NIOCore

/// A store of objects: what every provider implements, and every fake.
///
/// Keys are bytes; nothing is normalised. Reads see a whole object or an error, never a mixture of two contents, when
/// the ranges of one object all carry the `entityTag` of the first.
package protocol ObjectStore: Sendable {
    /// The store in messages, without a secret: `s3://acme-models`, `local folder /srv/models`.
    var name: String { get }

    /// The object in messages: `s3://acme-models/nlp/lexicon.versions`.
    func address(of key: ObjectKey) -> String

    /// Whether `head` may tell a checksum of the whole object where the answer for a part of it tells none.
    var tellsChecksumsOfWholeObjects: Bool { get }

    /// How often it has asked to slow down so far.
    var slowDowns: Int { get }

    /// From a request to the first byte of its answer, at best, in seconds; nil before the first answer, and for a store that is
    /// not on the network.
    var quickestAnswer: Double? { get }

    /// Opens an object, or a range of it.
    ///
    /// - Throws: `.invalidRange` where the range begins at or past the end, as for any range of an empty object.
    func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload

    /// An object's size, entity tag and checksum.
    func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes

    /// A page of the objects whose keys begin with the prefix, in no certain order: SeaweedFS has that of its folders.
    ///
    /// - Parameter token: the `next` of the page before; nil for the first.
    func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage
}

extension ObjectStore {
    package var tellsChecksumsOfWholeObjects: Bool { false }

    package var slowDowns: Int { 0 }

    package var quickestAnswer: Double? { nil }

    /// The same as `head`; nil where there is no such object.
    package func headIfPresent(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes? {
        do throws(StoreError) {
            return try await head(key)
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }
}

/// The key of an object. Compares by its bytes, which `String` does not.
package struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package var description: String { text }

    package init(_ text: String) { self.text = text }

    package static func == (left: ObjectKey, right: ObjectKey) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

package struct GetOptions: Sendable, Hashable {
    /// Bytes counted from 0, the end exclusive; an end past the object's is cut. Nil for the whole object.
    package var range: Range<Int64>?
    /// The object must still have this entity tag: `.changed` is thrown otherwise.
    package var entityTag: String?
    /// Whether all of the object may come in place of a range that begins at 0, from a store that knows no ranges.
    package var takesWhole: Bool

    package init(range: Range<Int64>? = nil, entityTag: String? = nil, takesWhole: Bool = false) {
        self.range = range
        self.entityTag = entityTag
        self.takesWhole = takesWhole
    }
}

package struct ObjectAttributes: Sendable, Hashable {
    /// Of the whole object as it is stored, in bytes.
    package let size: Int64
    /// Changes when the content does; nil where the store has none.
    package let entityTag: String?
    /// Of the whole object as it is stored; nil where the store tells none that can be relied on.
    package let checksum: ObjectChecksum?
    /// What the stored bytes, which are those that arrive, are to be decoded from; nil where they are the content.
    package let encoding: ContentEncoding?

    package init(
        size: Int64, entityTag: String?, checksum: ObjectChecksum? = nil, encoding: ContentEncoding? = nil
    ) {
        self.size = size
        self.entityTag = entityTag
        self.checksum = checksum
        self.encoding = encoding
    }
}

/// An opened object.
package struct ObjectDownload: Sendable {
    package let attributes: ObjectAttributes
    /// The bytes that `body` has.
    package let range: Range<Int64>
    package let body: ObjectBody

    package init(attributes: ObjectAttributes, range: Range<Int64>, body: ObjectBody) {
        self.attributes = attributes
        self.range = range
        self.body = body
    }
}

/// Where the bytes of an object come from.
package enum ObjectBody: Sendable {
    /// They arrive, in order. A body that ends early is the reader's to notice.
    case stream(any BodyStream)
    /// They stand in an open file, from the download's range on, so that the kernel can copy or share them.
    case file(OpenedFile)
}

/// A file that is closed when nobody refers to it any more.
///
/// A class because it owns a descriptor that several holders may read.
package final class OpenedFile: Sendable {
    package let descriptor: CInt
    private let close: @Sendable (CInt) -> Void

    package init(descriptor: CInt, close: @escaping @Sendable (CInt) -> Void) {
        self.descriptor = descriptor
        self.close = close
    }

    deinit { close(descriptor) }
}

package struct ListPage: Sendable, Hashable {
    package let objects: [ListedObject]
    /// Asks for the next page; nil on the last.
    package let next: String?

    package init(objects: [ListedObject], next: String?) {
        self.objects = objects
        self.next = next
    }
}

package struct ListedObject: Sendable, Hashable {
    package let key: ObjectKey
    package let size: Int64

    package init(key: ObjectKey, size: Int64) {
        self.key = key
        self.size = size
    }
}
