package import Planning

/// What part the lock plays.
package struct LockRequest: Sendable {
    package let mode: LockMode
    /// Which of its pins may change.
    package let upgrade: Upgrade

    package init(mode: LockMode, upgrade: Upgrade = .nothing) {
        self.mode = mode
        self.upgrade = upgrade
    }
}

package enum LockMode: Sendable {
    /// It is read, and written where the spec asks for something else.
    case update
    /// Where it would have to change, that is an error.
    case locked
    /// Its versions are taken as they are.
    case frozen
    /// There is none.
    case none
}
