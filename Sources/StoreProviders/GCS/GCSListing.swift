internal import ObjectStore
internal import StoreTransport

/// A page of a listing, as the API has it.
struct GCSListing: Decodable, Sendable {
    let items: [GCSObject]?
    let nextPageToken: String?

    /// - Parameter token: what the page was asked for with; nil for the first.
    func page(after token: String?) throws(GCSFailure) -> ListPage {
        guard token == nil || nextPageToken != token else {
            throw .malformed(GCSResponseFault.repeatedPageToken)
        }
        var objects: [ListedObject] = []
        for item in items ?? [] { objects.append(try Self.object(item)) }
        return ListPage(objects: objects, next: nextPageToken)
    }

    private static func object(_ item: GCSObject) throws(GCSFailure) -> ListedObject {
        guard let name = item.name, let size = item.size.flatMap(Int64.init), size >= 0 else {
            throw .malformed(GCSResponseFault.objectWithoutNameOrSize)
        }
        return ListedObject(key: ObjectKey(name), size: size)
    }
}
