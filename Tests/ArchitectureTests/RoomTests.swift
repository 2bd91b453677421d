import Testing

/// Each rule has one room: what the program does is in Operations and below, what a person types and sees in AssetsCommand.
@Suite struct RoomTests {
    /// What decides about assets, stores and files, and is called by operations alone.
    private static let doers = [
        "Resolver(", "PlanBuilder(", "Executor(", "Housekeeping(", "Pruner(", "Verification(", "LockFormation(",
        "LockBuilding(", "LockChanges(", "LockFile.", "SpecFile.read", "SpecEditor(", "Publisher(", "Annotator(",
        "RemoteOutline(", "PushSource(", "StoreCatalog(", "LocalCatalog(", "Catalog(", "LocalStore(", "PrefixStore(",
        "WritablePrefixStore(", "ContentCache(", "WholeFile.", "VersionRequirement(", "AssetSpecification(parsing:",
    ]

    /// What only the terminal has.
    private static let terminal = ["Shell", "Console", "Problem(", "Problems(", "escapedForTerminal", "exitStatus"]

    @Test("AssetsCommand decides nothing about assets, stores and files")
    func commandsDecideNothing() throws {
        for line in try SourceTree.lines(of: ["AssetsCommand"]) {
            let doer = Self.doers.first { line.code.calls($0) }
            #expect(doer == nil, "\(line.place): \(line.code)")
        }
    }

    @Test("Operations knows of no terminal, no words and no exit status")
    func operationsAreSilent() throws {
        for line in try SourceTree.lines(of: ["Operations"]) {
            let word = Self.terminal.first { line.code.calls($0) }
            #expect(word == nil, "\(line.place): \(line.code)")
        }
    }

    @Test("the names of flags are in AssetsCommand alone")
    func flagsAreTyped() throws {
        let targets = [
            "AssetModel", "Planning", "SpecFile", "FileSystem", "Catalog", "Execution", "Publishing", "Operations",
        ]
        for line in try SourceTree.texts(of: targets) {
            #expect(line.code.firstMatch(of: Self.flag) == nil, "\(line.place): \(line.code)")
        }
    }

    @Test("what a person reads of an operation is in AssetsCommand/Words alone")
    func faultsAreData() throws {
        for line in try SourceTree.texts(of: ["Operations"]) where line.code.firstMatch(of: Self.sentence) != nil {
            let isAllowed = Self.valuesOfWords.contains { line.code.contains($0) }
            #expect(isAllowed, "\(line.place): \(line.code)")
        }
    }

    @Test("the rules see what they are to see")
    func rulesSee() {
        for text in ["message: \"no assets directory is set\"", "\"`\\(pin)` has no such part\""] {
            #expect(text.firstMatch(of: Self.sentence) != nil, "\(text)")
        }
        for text in ["\"--no-lock\"", "\"name it by --assets-dir\"", "hint: \"`--force` does\""] {
            #expect(text.firstMatch(of: Self.flag) != nil, "\(text)")
        }
        #expect("try Resolver(facts: facts)".calls("Resolver("))
        #expect(!"DependencyResolver(facts: facts)".calls("Resolver("))
    }

    /// Texts that are no sentences: what was tried, which a `FileError` has as a value, and words of formats.
    private static let valuesOfWords = [
        "attempt: \"", "\"there in part\"", "\"as it was planned\"", "\"modelkit-assets cache key 1\"",
    ]

    /// Three words or more in a text. A Regex is not Sendable: each is made where it is used.
    private static var sentence: Regex<Substring> { #/"[^"]*[a-z]+ [a-z]+ [a-z]+[^"]*"/# }

    private static var flag: Regex<Substring> { #/["` ]--[a-z][a-z-]*["` ]/# }
}

extension String {
    /// Whether the piece stands there as a name of its own, and not as the end of a longer one.
    fileprivate func calls(_ piece: String) -> Bool {
        guard let range = firstRange(of: piece) else { return false }
        return range.lowerBound == startIndex || !self[index(before: range.lowerBound)].isLetter
    }
}
