import AssetModel
import Foundation
import Testing

@testable import Publishing

/// Two and three pushes of one asset at once, in every interleaving of their requests.
@Suite("Every interleaving of pushes") struct PushExplorationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let pushers: [Pusher]
        /// That are listed from the start; nil for an asset that is not there.
        var versions: [String]? = ["1.4"]

        var testDescription: String { name }
    }

    private static func updates(_ contents: String, _ rule: NextVersion = .latest, readsFirst: Bool = true) -> [Pusher]
    {
        contents.map { Pusher(content: "\($0)", target: .update(name, rule), readsFirst: readsFirst) }
    }

    private static func new(_ contents: String) -> [Pusher] {
        contents.map { Pusher(content: "\($0)", target: .new(name)) }
    }

    // A name that is valid.
    // swift-format-ignore: NeverUseForceTry
    private static let name = try! AssetName("a")

    static let pairs = [
        Case(name: "the same content", pushers: updates("aa")),
        Case(name: "other content", pushers: updates("ab")),
        Case(name: "the same content, read late", pushers: updates("aa", readsFirst: false)),
        Case(name: "other content, read late", pushers: updates("ab", readsFirst: false)),
        Case(name: "minor and major", pushers: updates("a") + updates("b", .major)),
        Case(name: "two new ones", pushers: new("ab"), versions: nil),
        Case(name: "two new ones of the same content", pushers: new("aa"), versions: nil),
    ]
    static let triples = [
        Case(name: "the same content", pushers: updates("aaa")),
        Case(name: "the same content and another", pushers: updates("aab")),
        Case(name: "three contents", pushers: updates("abc")),
        Case(
            name: "the same content, read late, and another", pushers: updates("aa", readsFirst: false) + updates("b")),
        Case(name: "minor, major and the same", pushers: updates("a") + updates("ab", .major)),
        Case(name: "three new ones", pushers: new("aab"), versions: nil),
    ]

    @Test(arguments: pairs, PushExploration.Fault.allCases)
    func ofTwo(_ given: Case, _ fault: PushExploration.Fault) {
        expectNothingWrong(given, fault)
    }

    /// With a fault among three there are ten million transitions: all of them are tried by hand, with
    /// MODELKIT_ASSETS_TEST_ALL_INTERLEAVINGS=1 and settings of release.
    private static let faultsAmongThree: [PushExploration.Fault] =
        ProcessInfo.processInfo.environment["MODELKIT_ASSETS_TEST_ALL_INTERLEAVINGS"] == nil
        ? [.none] : PushExploration.Fault.allCases

    @Test(arguments: triples, faultsAmongThree)
    func ofThree(_ given: Case, _ fault: PushExploration.Fault) {
        expectNothingWrong(given, fault)
    }

    private func expectNothingWrong(_ given: Case, _ fault: PushExploration.Fault) {
        let clock = ContinuousClock()
        var found: PushExploration?
        let time = clock.measure { found = PushExploration(given.pushers, given.versions, fault) }
        guard let found else { return }
        print(
            "\(given.pushers.count) pushes, \(given.name), \(fault.rawValue): \(found.interleavings) interleavings, "
                + "\(found.states) states, \(found.transitions) transitions, \(time)")
        #expect(found.violation == nil)
    }

    @Test(arguments: Flaw.allCases)
    func findsWhatIsWrongWith(_ flaw: Flaw) {
        let found = (Self.pairs.prefix(2) + Self.triples.prefix(2)).lazy.compactMap {
            PushExploration($0.pushers, $0.versions, .none, flaw: flaw).violation
        }.first
        print("\(flaw.rawValue): \(found ?? "nothing")")
        #expect(found != nil)
    }
}
