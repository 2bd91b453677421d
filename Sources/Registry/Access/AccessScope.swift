/// What a token is to allow: `repository:team/assets:pull,push`.
///
/// Source: <https://distribution.github.io/distribution/spec/auth/scope/>
struct AccessScope: Sendable, Hashable {
    /// `repository:team/assets`; a name may hold colons.
    let resource: String
    /// Sorted.
    let actions: [String]

    init(resource: String, actions: [String]) {
        self.resource = resource
        self.actions = Set(actions).sorted()
    }

    static func pull(_ repository: String) -> AccessScope {
        AccessScope(resource: "repository:\(repository)", actions: ["pull"])
    }

    static func push(_ repository: String) -> AccessScope {
        AccessScope(resource: "repository:\(repository)", actions: ["pull", "push"])
    }

    /// The scopes that a challenge names, which blanks part.
    static func list(_ text: String) -> [AccessScope] {
        text.split(separator: " ").compactMap { word in
            guard let colon = word.lastIndex(of: ":"), colon > word.startIndex else { return nil }
            let actions = word[word.index(after: colon)...].split(separator: ",").map(String.init)
            return AccessScope(resource: String(word[..<colon]), actions: actions)
        }
    }

    var text: String { "\(resource):\(actions.joined(separator: ","))" }

    /// Those that are wanted, and of what a challenge names besides what is about something else.
    static func merged(_ wanted: [AccessScope], _ named: [AccessScope]) -> [AccessScope] {
        let known = Set(wanted.map(\.resource))
        return wanted + named.filter { !known.contains($0.resource) }
    }
}
