import AssetModel
import Planning
import Testing
import Words

@testable import AssetsCommand

@Suite("What a person reads when dependencies or the store keep assets from being resolved")
struct UnresolvedWordsTests {
    private func declared(_ text: String, by declarer: String) throws -> Demand {
        let asked = try Example.demand(text, line: 9, by: "nlp/classifier:3")
        return Demand(
            specification: asked.specification, chain: asked.chain, excerpt: asked.excerpt,
            declarer: try Example.pin(declarer))
    }

    @Test func `an asset that was looked for in no store`() throws {
        let asked = [try Example.demand("nlp/x:1", line: 3)]
        func failure(_ store: SearchedPlaces.Store) throws -> PlanningFailure {
            .unknownAsset(
                try Example.name("nlp/x"), requirers: asked, nearest: [],
                places: SearchedPlaces(["/srv/assets"], store: store))
        }
        #expect(
            text(try failure(.offline)) + text(try failure(.none)) == [
                """
                error[unknown-asset] (5): `nlp/x` is not in the assets directory, and --offline disables downloads
                  required by nlp/x:1 (assets.yaml:3)
                  searched /srv/assets
                hint: run without --offline
                at assets.yaml:3:5
                """,
                """
                error[unknown-asset] (5): `nlp/x` is not in the assets directory, and no storage provider is set
                  required by nlp/x:1 (assets.yaml:3)
                  searched /srv/assets
                hint: set MODELKIT_STORAGE_PROVIDER, pass --provider or write `storage:` in the spec; or put the asset there beforehand
                at assets.yaml:3:5
                """,
            ])
    }

    @Test func `a version that was looked for in no store`() throws {
        func failure(_ store: SearchedPlaces.Store) throws -> PlanningFailure {
            let known = KnownVersions(
                inStore: nil, local: Example.versions("1.4"), places: SearchedPlaces(["/srv/assets"], store: store))
            return .noVersion(
                try Example.name("nlp/x"), demand: try Example.demand("nlp/x:2", line: 3), alsoBy: [], known: known)
        }
        func lines(_ reason: String) -> String {
            """
            error[no-version] (5): `nlp/x` has no version `2.*`
              required by nlp/x:2 (assets.yaml:3)
              available versions: 1.4
              searched /srv/assets
              \(reason)
            hint: the latest version is `nlp/x:1.4`
            at assets.yaml:3:5
            """
        }
        #expect(text(try failure(.offline)) == [lines("no store was searched because of --offline")])
        #expect(text(try failure(.none)) == [lines("no store was searched: no storage provider is set")])
    }

    @Test func `versions whose dependencies exclude each other`() throws {
        let demands = [
            try declared("nlp/x:2", by: "nlp/classifier:3.1"), try declared("nlp/x:1", by: "nlp/lexicon:2.0"),
        ]
        #expect(
            text(.duplicates(try Example.name("nlp/x"), demands: demands, known: Example.known("2.0 1.0"))) == [
                """
                error[duplicates] (5): no version of `nlp/x` satisfies all requirements
                  nlp/classifier:3 (assets.yaml:9) → nlp/x:2 matches only 2.0
                  nlp/classifier:3 (assets.yaml:9) → nlp/x:1 matches only 1.0
                  no older version of `nlp/classifier:3.1` or `nlp/lexicon:2.0` resolves the conflict
                  `duplicates: deny` allows only one version of an asset
                hint: relax one of these requirements, or install several versions with `duplicates: allow`
                at assets.yaml:9:5
                """
            ])
    }

    @Test func `a circle of versions in the store`() throws {
        let demands = [try declared("b", by: "a:1.0"), try declared("a:1", by: "b:2.0")]
        #expect(
            text(.circle([try Example.pin("a:1.0"), try Example.pin("b:2.0")], demands: demands)) == [
                """
                error[circle] (5): dependency cycle of 2 assets
                  `a:1.0` depends on `b:2.0` (assets.yaml:9)
                  `b:2.0` depends on `a:1.0` (assets.yaml:9)
                hint: push a version of one of these without the dependency, and require that version in the spec
                at assets.yaml:9:5
                """
            ])
    }

    @Test func `an asset whose dependency is not there, and versions that never settle`() throws {
        let asked = [try Example.demand("a:1", line: 3)]
        #expect(
            text(
                .leftOut(try Example.pin("a:1.0"), dependency: try Example.pin("b:2.0"), demands: asked),
                .unsettled([try Example.name("a"), try Example.name("b")], demands: asked)) == [
                    """
                    error[left-out] (5): cannot install `a:1.0`: its dependency `b:2.0` is unavailable
                      required by a:1 (assets.yaml:3)
                    at assets.yaml:3:5
                    """,
                    """
                    error[unsettled] (5): no stable combination of `a` and `b` exists
                      required by a:1 (assets.yaml:3)
                    hint: pin one of them to an exact version in an entry of its own
                    at assets.yaml:3:5
                    """,
                ])
    }
}
