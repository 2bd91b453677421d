/// A store seen from a prefix: the keys of this one are those of the other without `prefix/`.
package struct PrefixStore: ObjectStore {
    private let base: any ObjectStore
    private let prefix: String

    /// - Parameter prefix: a slash follows it in every key; may be empty.
    package init(_ base: any ObjectStore, prefix: String) {
        self.base = base
        self.prefix = prefix.isEmpty ? "" : prefix + "/"
    }

    package var name: String { base.address(of: ObjectKey(String(prefix.dropLast()))) }

    package func address(of key: ObjectKey) -> String { base.address(of: inBase(key)) }

    package var tellsChecksumsOfWholeObjects: Bool { base.tellsChecksumsOfWholeObjects }

    package var slowDowns: Int { base.slowDowns }

    package var quickestAnswer: Double? { base.quickestAnswer }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        try await base.get(inBase(key), options)
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        try await base.head(inBase(key))
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        let page = try await base.list(prefix: self.prefix + prefix, from: token)
        let objects = page.objects.map { object in
            ListedObject(key: ObjectKey(withoutPrefix(object.key.text)), size: object.size)
        }
        return ListPage(objects: objects, next: page.next)
    }

    // By bytes: a key that goes on with a combining character would make one Character of it and the slash.
    private func withoutPrefix(_ text: String) -> String {
        String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    func inBase(_ key: ObjectKey) -> ObjectKey { ObjectKey(prefix + key.text) }
}
