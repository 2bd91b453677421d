package import ObjectStore

/// A store that does something else first, or instead, whenever an object is opened.
package struct FaultyStore: ObjectStore {
    /// Called with the key and the options; what it throws is what `get` throws, what it returns is what `get` returns
    /// in place of the store's own answer.
    package typealias Fault = @Sendable (ObjectKey, GetOptions) async throws(StoreError) -> ObjectDownload?

    private let base: any ObjectStore
    private let fault: Fault

    package init(_ base: any ObjectStore, fault: @escaping Fault) {
        self.base = base
        self.fault = fault
    }

    package var name: String { base.name }

    package func address(of key: ObjectKey) -> String { base.address(of: key) }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        if let answer = try await fault(key, options) { return answer }
        return try await base.get(key, options)
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes { try await base.head(key) }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await base.list(prefix: prefix, from: token)
    }
}
