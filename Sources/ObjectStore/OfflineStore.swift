/// A store of which nothing may be asked.
package struct OfflineStore: ObjectStore {
    private let base: any ObjectStore

    package init(_ base: any ObjectStore) { self.base = base }

    package var name: String { base.name }

    package func address(of key: ObjectKey) -> String { base.address(of: key) }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        throw refusal(.get, key)
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes { throw refusal(.head, key) }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        throw refusal(.list, ObjectKey(prefix))
    }

    package func refusal(_ operation: StoreOperation, _ key: ObjectKey) -> StoreError {
        var error = StoreError(.unavailable, operation: operation, address: base.address(of: key))
        error.cause = .offline
        return error
    }
}
