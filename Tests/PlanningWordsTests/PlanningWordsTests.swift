import AssetModel
import Planning
import Testing
import Words

@testable import AssetsCommand

@Suite("What a person reads when there is no plan")
struct PlanningWordsTests {
    @Test func `an unknown group`() {
        #expect(
            text(
                .unknownGroup("servin", known: ["serving", "training"], nearest: "serving"),
                .unknownGroup("x", known: [], nearest: nil)) == [
                    """
                    error[unknown-group] (5): unknown group `servin`
                      defined groups: serving and training
                    hint: did you mean `--group serving`?
                    """,
                    """
                    error[unknown-group] (5): unknown group `x`
                      the spec defines no groups
                    """,
                ])
    }

    @Test func `an unknown asset`() throws {
        let asked = [
            try Example.demand("nlp/lexcon:1", line: 12),
            try Example.demand("nlp/lexcon", line: 14, by: "nlp/classifier:3"),
        ]
        let near = [try Example.name("nlp/lexicon"), try Example.name("old/lexcon")]
        let failure = PlanningFailure.unknownAsset(
            try Example.name("nlp/lexcon"), requirers: asked, nearest: near,
            places: ["s3://acme/nlp/lexcon.versions", "/srv/assets"])
        #expect(
            text(failure) == [
                """
                error[unknown-asset] (5): unknown asset `nlp/lexcon`
                  required by nlp/lexcon:1 (assets.yaml:12)
                  required by nlp/classifier:3 (assets.yaml:14) → nlp/lexcon
                  similar names: nlp/lexicon and old/lexcon
                  searched s3://acme/nlp/lexcon.versions and /srv/assets
                hint: did you mean `nlp/lexicon`?
                at assets.yaml:12:5
                """
            ])
    }

    @Test func `an unknown asset that is like no other`() throws {
        let asked = [try Example.demand("q", line: 1)]
        let failure = PlanningFailure.unknownAsset(
            try Example.name("q"), requirers: asked, nearest: [], places: ["/srv/assets"])
        #expect(
            text(failure) == [
                """
                error[unknown-asset] (5): unknown asset `q`
                  required by q (assets.yaml:1)
                  searched /srv/assets
                hint: `modelkit-assets list` shows what the store holds
                at assets.yaml:1:5
                """
            ])
    }

    @Test func `no such version`() throws {
        let known = Example.known("2.0 1.12 1.11 1.10 1.8 1.7 1.6 1.5 1.4 1.3 1.2 1.1", local: "2.0 0.3")
        let failure = PlanningFailure.noVersion(
            try Example.name("nlp/x"), demand: try Example.demand("nlp/x:1.9", line: 3),
            alsoBy: [try Example.demand("nlp/x:1.9", line: 4, by: "b")], known: known)
        #expect(
            text(failure) == [
                """
                error[no-version] (5): `nlp/x` has no version `1.9`
                  required by nlp/x:1.9 (assets.yaml:3)
                  required by b (assets.yaml:4) → nlp/x:1.9
                  available versions: 2.0, 1.12, 1.11, 1.10, 1.8, 1.7, 1.6, 1.5 and 5 more
                  only in the assets directory: 0.3
                  searched s3://acme/models/nlp/x.versions
                hint: the closest match is `nlp/x:1.12`; the latest version is `nlp/x:2.0`
                at assets.yaml:3:5
                """
            ])
    }

    static let messages: [(String, String)] = [
        ("nlp/x:1", "`nlp/x` has no version `1.*`"), ("nlp/x", "`nlp/x` has no versions"),
        ("nlp/x >=3.1, <4", "no version of `nlp/x` matches `>=3.1, <4`"),
    ]

    @Test(arguments: messages)
    func `no version for a requirement that names none outright`(asked: String, message: String) throws {
        let failure = PlanningFailure.noVersion(
            try Example.name("nlp/x"), demand: try Example.demand(asked, line: 3), alsoBy: [], known: Example.known(""))
        #expect(
            text(failure) == [
                """
                error[no-version] (5): \(message)
                  required by \(asked) (assets.yaml:3)
                  searched s3://acme/models/nlp/x.versions
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `versions that exclude each other`() throws {
        let demands = [
            try Example.demand("nlp/x:2", line: 3),
            try Example.demand("nlp/x >=1.0, <2", line: 9, by: "nlp/classifier:3"),
        ]
        #expect(
            text(.duplicates(try Example.name("nlp/x"), demands: demands, known: Example.known("2.0 1.1 1.0"))) == [
                """
                error[duplicates] (5): no version of `nlp/x` satisfies all requirements
                  nlp/x:2 (assets.yaml:3) matches only 2.0
                  nlp/classifier:3 (assets.yaml:9) → nlp/x >=1.0, <2 matches only 1.1 and 1.0
                  `duplicates: deny` allows only one version of an asset
                hint: relax one of these requirements, or install several versions with `duplicates: allow`
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `a circle`() throws {
        let demands = [try Example.demand("b", line: 3, by: "a"), try Example.demand("a:1", line: 5, by: "b")]
        #expect(
            text(.circle([try Example.pin("a:1.0"), try Example.pin("b:2.0")], demands: demands)) == [
                """
                error[circle] (5): dependency cycle of 2 assets
                  `a:1.0` depends on `b:2.0` (assets.yaml:3)
                  `b:2.0` depends on `a:1.0` (assets.yaml:5)
                hint: remove one of these from `depends_on`
                at assets.yaml:3:5
                """
            ])
        #expect(
            text(.circle([try Example.pin("a:1.0")], demands: [try Example.demand("a:1", line: 3, by: "a")])) == [
                """
                error[circle] (5): `a:1.0` depends on itself
                  `a:1.0` depends on `a:1.0` (assets.yaml:3)
                hint: remove one of these from `depends_on`
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `one asset inside another`() throws {
        let demands = [try Example.demand("a:1", line: 3), try Example.demand("a/1.0", line: 5)]
        #expect(
            text(.overlap(try Example.pin("a:1.0"), try Example.pin("a/1.0:2.0"), demands: demands)) == [
                """
                error[overlap] (5): `a:1.0` and `a/1.0:2.0` cannot share an assets directory
                  the path of the second, `a/1.0/2.0`, is inside that of the first, `a/1.0`
                  required by a:1 (assets.yaml:3)
                  required by a/1.0 (assets.yaml:5)
                hint: assign them to different groups, and resolve each group into its own assets directory
                at assets.yaml:3:5
                """
            ])
    }
}
