import AssetModel
import Operations
import Planning
import Terminal
import Testing
import Words

@testable import AssetsCommand

@Suite("A plan as a table")
struct PlanTextTests {
    @Test func `in full`() throws {
        #expect(
            PlanText(Example.context, width: nil).text(try Example.plan()) == """
                ASSET           VERSION  ACTION   FILES     SIZE  WHY
                nlp/lexicon     2.0      refetch      2   812 B+  no .SUCCESS marker; assets.yaml:12, vision/weights:10.3
                nlp/tokenizer   1.4      keep                     assets.yaml:11
                vision/weights  10.3     fetch        1  34.1 MB  assets.yaml:14
                3 assets: 1 to fetch, 1 to fetch again (3 files, 34.1 MB and 1 file of unknown size), 1 present; 512.0 GB free

                """)
    }

    @Test func `in a narrow window the last column gives way, then the first`() throws {
        #expect(
            PlanText(Example.context, width: 70).text(try Example.plan()).split(separator: "\n").dropLast() == [
                "ASSET           VERSION  ACTION   FILES     SIZE  WHY",
                "nlp/lexicon     2.0      refetch      2   812 B+  no .SUCCESS marker;…",
                "nlp/tokenizer   1.4      keep                     assets.yaml:11",
                "vision/weights  10.3     fetch        1  34.1 MB  assets.yaml:14",
            ])
        let narrow = PlanText(Example.context, width: 60).text(try Example.plan()).split(separator: "\n")
        #expect(narrow[1] == "nlp/lexicon   2.0      refetch      2   812 B+  no .SUCCESS…")
        #expect(narrow[3] == "visio…eights  10.3     fetch        1  34.1 MB  assets.yaml…")
    }

    @Test func `a window too narrow for columns has a paragraph for each asset`() throws {
        let narrow = PlanText(Example.context, width: 59).text(try Example.plan()).split(separator: "\n").dropLast()
        #expect(
            narrow == [
                "nlp/lexicon:2.0", "  refetch, 2 files, 812 B+",
                "  no .SUCCESS marker; assets.yaml:12, vision/weights:10.3",
                "nlp/tokenizer:1.4", "  keep", "  assets.yaml:11", "vision/weights:10.3", "  fetch, 1 file, 34.1 MB",
                "  assets.yaml:14",
            ])
        for width in 10...30 {
            let lines = PlanText(Example.context, width: width).text(try Example.plan()).split(separator: "\n")
            #expect(lines.dropLast().allSatisfy { TextWidth.cells(String($0)) <= width })
        }
    }

    @Test func `where one column can give way alone, the other is left whole`() throws {
        let steps = try ["nlp/an-asset-with-a-long-name", "a"].map { name in
            Step(
                pin: try Example.pin("\(name):1.0"), action: .keep, content: nil, neededBy: [.entry(name, line: 4)])
        }
        func line(_ width: Int) -> Substring {
            PlanText(Example.context, width: width).text(Plan(steps: steps, entries: [])).split(separator: "\n")[1]
        }
        #expect(line(74) == "nlp/an-asset-with-a-long-name  1.0      keep                 assets.yaml:4")
        #expect(line(73) == "nlp/an-asset-with-a-long-name  1.0      keep                 assets.yaml…")
        #expect(line(72) == "nlp/an-asset-…h-a-long-name  1.0      keep                 assets.yaml:4")
    }

    @Test func `columns line up beside wide characters, and a control character moves no cursor`() throws {
        let steps = try ["日本\u{1B}[2J", "plain"].map { reason in
            Step(
                pin: try Example.pin("a:1.0"), action: .refetch(.planned(reason)), content: nil,
                neededBy: [.entry("a", line: 2)])
        }
        let lines = PlanText(Example.context, width: 50).text(Plan(steps: steps, entries: [])).split(separator: "\n")
        #expect(lines[1] == "a      1.0      refetch               日本\\u{1B}[…")
        #expect(lines[2] == "a      1.0      refetch               plain; asse…")
        #expect(!lines[1].unicodeScalars.contains("\u{1B}"))
    }

    static let totals: [([StepAction], String)] = [
        ([], "0 assets; 512.0 GB free"), ([.keep], "1 asset: 1 present; 512.0 GB free"),
        ([.fetch], "1 asset: 1 to fetch (1 file of unknown size); 512.0 GB free"),
        ([.keep, .fetch, .fetch], "3 assets: 2 to fetch (2 files of unknown size), 1 present; 512.0 GB free"),
    ]

    @Test(arguments: totals)
    func `the line of totals`(actions: [StepAction], line: String) throws {
        let steps = try actions.map { action in
            let content = StepContent(kind: .file, pushTime: 0, objects: [ObjectFacts(path: nil)])
            return Step(pin: try Example.pin("a:1.0"), action: action, content: action == .keep ? nil : content)
        }
        #expect(
            PlanText(Example.context, width: nil).text(Plan(steps: steps, entries: [])).split(separator: "\n").last
                == line[...])
    }
}

@Suite("A plan as JSON")
struct PlanDocumentTests {
    @Test func `the whole document`() throws {
        let json = try JSONText.document(PlanDocument(try Example.plan(), Example.context))
        #expect(json == Self.golden)
    }

    @Test func `nothing known is null, and an empty prefix leaves no slash`() throws {
        let context = PlanContext(assetsDirectory: "/", store: nil, prefix: "", specFile: "assets.yaml", freeBytes: nil)
        let json = try JSONText.document(PlanDocument(try Example.plan(), context))
        #expect(json.contains(#""store" : null"#))
        #expect(json.contains(#""free_bytes" : null"#))
        #expect(json.contains(#""key" : "nlp/lexicon/2.0/en/words.txt""#))
        #expect(json.contains(#""path" : "/nlp/lexicon/2.0""#))
    }

    static let golden = #"""
        {
          "assets_dir" : "/srv/assets",
          "format" : "modelkit-assets/plan",
          "steps" : [
            {
              "action" : "refetch",
              "asset" : "nlp/lexicon:2.0",
              "kind" : "directory",
              "name" : "nlp/lexicon",
              "needed_by" : [
                "assets.yaml:12 nlp/lexicon:2[en]",
                "vision/weights:10.3"
              ],
              "objects" : [
                {
                  "key" : "modelkit-assets/nlp/lexicon/2.0/en/words.txt",
                  "path" : "en/words.txt",
                  "size" : 812
                },
                {
                  "key" : "modelkit-assets/nlp/lexicon/2.0/fr/mots été.txt",
                  "path" : "fr/mots été.txt",
                  "size" : null
                }
              ],
              "path" : "/srv/assets/nlp/lexicon/2.0",
              "reason" : "no .SUCCESS marker",
              "version" : "2.0",
              "waits_for" : [

              ]
            },
            {
              "action" : "keep",
              "asset" : "nlp/tokenizer:1.4",
              "kind" : null,
              "name" : "nlp/tokenizer",
              "needed_by" : [
                "assets.yaml:11 nlp/tokenizer:1.4"
              ],
              "objects" : [

              ],
              "path" : "/srv/assets/nlp/tokenizer/1.4",
              "reason" : null,
              "version" : "1.4",
              "waits_for" : [

              ]
            },
            {
              "action" : "fetch",
              "asset" : "vision/weights:10.3",
              "kind" : "file",
              "name" : "vision/weights",
              "needed_by" : [
                "assets.yaml:14 vision/weights"
              ],
              "objects" : [
                {
                  "key" : "modelkit-assets/vision/weights/10.3",
                  "path" : null,
                  "size" : 34100000
                }
              ],
              "path" : "/srv/assets/vision/weights/10.3",
              "reason" : null,
              "version" : "10.3",
              "waits_for" : [
                "nlp/lexicon:2.0",
                "nlp/tokenizer:1.4"
              ]
            }
          ],
          "store" : "s3://acme",
          "totals" : {
            "assets" : 3,
            "bytes" : 34100812,
            "fetch" : 1,
            "free_bytes" : 512000000000,
            "keep" : 1,
            "objects" : 3,
            "objects_of_unknown_size" : 1,
            "refetch" : 1
          },
          "version" : 1,
          "warnings" : [
            "`nlp/lexicon:2.0` is in the assets directory but not in the store, which has no versions: other machines cannot get this version"
          ]
        }

        """#
}

@Suite("A plan as a drawing")
struct PlanGraphTests {
    @Test func `for Graphviz`() throws {
        #expect(
            PlanGraph(try Example.plan()).dot == #"""
                digraph plan {
                  rankdir=LR;
                  node [shape=box];
                  n0 [label="nlp/lexicon:2.0\nrefetch"];
                  n1 [label="nlp/tokenizer:1.4\nkeep", style=dashed];
                  n2 [label="vision/weights:10.3\nfetch"];
                  n2 -> n0;
                  n2 -> n1;
                }

                """#)
    }

    @Test func `for Mermaid`() throws {
        #expect(
            PlanGraph(try Example.plan()).mermaid == """
                flowchart LR
                  classDef keep stroke-dasharray: 4 4
                  n0["nlp/lexicon:2.0<br/>refetch"]
                  n1["nlp/tokenizer:1.4<br/>keep"]:::keep
                  n2["vision/weights:10.3<br/>fetch"]
                  n2 --> n0
                  n2 --> n1

                """)
    }

    @Test func `nothing in a version is markup`() throws {
        let version = AssetVersion(text: #"1"\<b>"#, components: [])
        let pin = AssetPin(name: try Example.name("a"), version: version)
        let plan = Plan(steps: [Step(pin: pin, action: .fetch, content: nil)], entries: [])
        #expect(PlanGraph(plan).dot.contains(##"n0 [label="a:1\"\\<b>\nfetch"];"##))
        #expect(PlanGraph(plan).mermaid.contains(##"n0["a:1#34;#92;#60;b#62;<br/>fetch"]"##))
    }
}
