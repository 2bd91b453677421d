/// How a plan is executed.
package struct ExecutionOptions: Sendable {
    /// How many small objects are transferred at the same time; a part of a large one counts as five.
    package let window: Int
    /// In bytes. Objects up to this size are one part. 16 MiB: large enough that a part's round trip does not count,
    /// small enough that the window spreads over one large object.
    package let partSize: Int64
    package let lockWait: LockPatience
    /// The time of every file in place of its push date, in seconds since 1970; from SOURCE_DATE_EPOCH.
    package let fixedTime: Int64?
    /// Where content is looked for before the store is asked, and what is fetched is added.
    package let cache: ContentCache?

    /// Enough that the round trips of small objects do not count, and twelve parts of large ones.
    package static let defaultWindow = 64
    package static let defaultPartSize: Int64 = 16 << 20

    package init(
        window: Int = defaultWindow, partSize: Int64 = defaultPartSize, lockWait: LockPatience = LockPatience(),
        fixedTime: Int64? = nil, cache: ContentCache? = nil
    ) {
        self.window = window
        self.partSize = partSize
        self.lockWait = lockWait
        self.fixedTime = fixedTime
        self.cache = cache
    }
}

/// How long to wait for an asset's lock.
package struct LockPatience: Sendable, Hashable {
    /// modelkit's default, in seconds.
    package static let defaultSeconds = 10.0

    package let seconds: Double
    /// Whether the wait starts anew whenever the holder is seen to get on with the asset. So it does unless somebody
    /// said how long to wait: ten seconds are not much for a large asset that another build is fetching.
    package let extendsWithProgress: Bool

    /// A part of the wait for one lock: at the half of it, what waits for the asset in turn gives its own locks back, in
    /// case the other waits for one of them.
    package enum Share: Sendable {
        case beforeBlocked, afterBlocked, all
    }

    /// How long a share lasts, in seconds.
    func seconds(of share: Share) -> Double { share == .all ? seconds : seconds / 2 }

    /// - Parameter seconds: what MODELKIT_ASSETS_TIMEOUT_S says; nil where it says nothing.
    package init(seconds: Double? = nil) {
        self.seconds = seconds ?? Self.defaultSeconds
        extendsWithProgress = seconds == nil
    }
}
