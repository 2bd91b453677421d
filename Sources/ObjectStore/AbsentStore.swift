internal import AssetModel

/// A store that could not be opened, for a run that may have no need of it: whatever is asked fails as the opening did.
package struct AbsentStore: ObjectStore {
    package let name: String
    private let fault: StoreError

    /// - Parameters:
    ///   - name: as the store's own would be; its objects' addresses begin with it.
    ///   - fault: what opening it came to.
    package init(name: String, _ fault: StoreError) {
        self.name = name
        self.fault = fault
    }

    /// - Parameter path: as the folder's own store would be named.
    package init(folder path: String, _ fault: StoreError) {
        var fault = fault
        fault.advise(FolderAdvice.chooseAnother)
        self.init(name: path, fault)
    }

    package func address(of key: ObjectKey) -> String { key.text.isEmpty ? name : "\(name)/\(key.text)" }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload { throw fault }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes { throw fault }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage { throw fault }
}

/// What to do about a folder that is no store.
package enum FolderAdvice: ErrorDetail {
    case chooseAnother
}
