/// How a plan is executed.
package struct ExecutionOptions: Sendable {
    /// How many requests for content may be in flight: `ConcurrencyController` finds how many of them gain something. One
    /// number alone is kept to.
    package let concurrency: ClosedRange<Int>
    package let partSizes: PartSizes
    package let lockWait: LockPatience
    /// The time of every file in place of its push date, in seconds since 1970; from SOURCE_DATE_EPOCH.
    package let fixedTime: Int64?
    /// Where content is looked for before the store is asked, and what is fetched is added.
    package let cache: ContentCache?
    /// Nil: as fast as it goes.
    package let rateLimit: RateLimit?
    /// What parts in flight may hold, in bytes.
    package let memory: Int64

    /// 80 large parts: with them a run peaks at some 55 MiB, over TLS at 70; the limit is 96.
    package static let mostMemory: Int64 = 40 << 20
    /// More than a store lets one machine gain by, but for small objects that are far away. A connection over TLS takes 0.4 MiB, with
    /// which a run of these stays below its limit too.
    package static let mostConcurrency = 184

    package init(
        concurrency: ClosedRange<Int> = 1...mostConcurrency, partSizes: PartSizes? = nil,
        lockWait: LockPatience = LockPatience(), fixedTime: Int64? = nil, cache: ContentCache? = nil,
        rateLimit: RateLimit? = nil, memory: Int64 = mostMemory
    ) {
        self.concurrency = concurrency
        // Who fixes the one has the other fixed too: such a run asks for the same ranges each time.
        self.partSizes = partSizes ?? (concurrency.count == 1 ? .fixed(PartSizes.adaptive.first) : .adaptive)
        self.lockWait = lockWait
        self.fixedTime = fixedTime
        self.cache = cache
        self.rateLimit = rateLimit
        self.memory = memory
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
