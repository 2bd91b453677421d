internal import Operations

/// What `check` found, in the order in which it is shown.
struct CheckTable: Encodable, Sendable {
    enum State: String, Encodable, Sendable {
        case ok, failed
        /// It could be neither shown to work nor to fail.
        case unproven
        /// Nothing that could fail: a setting, an identity.
        case info
    }

    struct Row: Encodable, Sendable {
        let name: String
        let value: String
        /// Where the value came from: `environment variable MODELKIT_STORAGE_BUCKET`.
        @OrNull var source: String?
        let state: State
        /// What to do, in a line.
        @OrNull var remedy: String?

        init(_ name: String, _ value: String, source: String? = nil, state: State = .info, remedy: String? = nil) {
            self.name = name
            self.value = value
            self.source = source
            self.state = state
            self.remedy = remedy
        }
    }

    struct Section: Encodable, Sendable {
        let title: String
        let rows: [Row]
    }

    static let format = "modelkit-assets/check"
    static let version = 1

    let format: String
    let version: Int
    /// `failed` where a row is, or else `unproven` where a row is.
    let status: State
    let sections: [Section]
    let exitStatus: Int32

    /// - Parameter exitStatus: what the command exits with.
    init(_ sections: [Section], exitStatus: Int32) {
        let states = sections.flatMap { $0.rows.map(\.state) }
        format = Self.format
        version = Self.version
        status = states.contains(.failed) ? .failed : states.contains(.unproven) ? .unproven : .ok
        self.sections = sections
        self.exitStatus = exitStatus
    }
}
