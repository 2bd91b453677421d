internal import AssetModel
package import ObjectStore

/// Whether a store can be read: a listing, and one byte of an object, since where objects are encrypted a listing alone
/// proves nothing.
package struct StoreReading: Sendable {
    package struct Listing: Sendable {
        /// How many assets are in the first page of it.
        package let assets: Int
        package let hasMore: Bool
        package let sample: Sample
    }

    package enum Sample: Sendable {
        /// There is no object to read.
        case none
        case read(address: String)
        case failed(StoreError)
    }

    /// The store's name.
    package let store: String
    package let listing: Result<Listing, StoreError>

    init(of store: any ObjectStore) async {
        self.store = store.name
        do throws(StoreError) {
            let page = try await store.list(prefix: "", from: nil)
            let assets = page.objects.count { $0.key.text.hasSuffix(ModelkitLayout.versionsSuffix) }
            let sample = await Self.sample(page, store)
            listing = .success(Listing(assets: assets, hasMore: page.next != nil, sample: sample))
        } catch {
            listing = .failure(error)
        }
    }

    private static func sample(_ page: ListPage, _ store: any ObjectStore) async -> Sample {
        guard let object = page.objects.first(where: { $0.size > 0 }) else { return .none }
        do throws(StoreError) {
            _ = try await store.get(object.key, GetOptions(range: 0..<1))
            return .read(address: store.address(of: object.key))
        } catch {
            return .failed(error)
        }
    }
}
