import Testing

/// Each rule has one room: what the program does is in Operations and below, what a person types and sees in AssetsCommand.
/// Words have two: the target `Words`, and `SpecFile/Words` for the diagnostics of a file, which say what stands at a place
/// in it and what would be right there; they are what reading a file comes to, and no other target looks into them.
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

    /// All but those whose texts are for people to read: the commands, the words, and the tests' own.
    private static let silent = [
        "AssetModel", "Planning", "SpecFile", "ImageFormat", "ObjectStore", "FileSystem", "StoreTransport", "Registry",
        "StoreProviders", "Catalog", "Execution", "Publishing", "Operations", "Terminal", "modelkit-assets",
    ]

    /// Each of the targets is either silent or one that speaks.
    @Test("no target is forgotten") func targets() throws {
        let speaking = ["AssetsCommand", "AssetsTestSupport", "Words"]
        #expect(try SourceTree.swiftTargets() == (Self.silent + speaking).sorted())
    }

    @Test("the names of flags are in AssetsCommand and Words alone")
    func flagsAreTyped() throws {
        for line in try SourceTree.texts(of: Self.silent) {
            #expect(line.code.firstMatch(of: Self.flag) == nil, "\(line.place): \(line.code)")
        }
    }

    @Test("faults are data where they happen: sentences are in the two rooms for words alone")
    func faultsAreData() throws {
        for line in try SourceTree.texts(of: Self.silent) where !line.file.hasPrefix("SpecFile/Words/") {
            // What whoever changes the program reads where it ends.
            guard let text = line.code.sentence, !line.code.contains("precondition") else { continue }
            let isAllowed = Self.values.contains { line.file.hasSuffix($0.file) && line.code.contains($0.piece) }
            #expect(isAllowed, "\(line.place): \(text)")
        }
    }

    @Test("every detail of an error has its words") func details() throws {
        let types = try SourceTree.texts(of: Self.silent).compactMap { line in
            line.code.firstMatch(of: Self.detail).map { String($0.1) }
        }
        #expect(types.count > 20)
        let words = try SourceTree.texts(of: ["Words"]).map(\.code)
        for type in types where !["ErrorDetail", "RedactableDetail"].contains(type) {
            let isWorded = words.contains { line in
                line.hasPrefix("extension ") && line.contains("Worded")
                    && line.split { " :.".contains($0) }.contains(Substring(type))
            }
            #expect(isWorded, "\(type) has no words")
        }
    }

    @Test("the rules see what they are to see")
    func rulesSee() {
        for text in [
            "message: \"no assets directory is set\"", "\"`\\(pin)` has no such part\"",
            "\"profile \\(name) in \\(place)\"",
            "\"\\(a.map { \"x\" }) was not found\"",
        ] {
            #expect(text.sentence != nil, "\(text)")
        }
        for text in [
            "\"application/json; charset\"", "a == \"b\" || c == \"d\"", "\"web identity\"", "\"bytes */\\(n)\"",
        ] {
            #expect(text.sentence == nil, "\(text)")
        }
        for text in ["\"--no-lock\"", "\"name it by --assets-dir\"", "hint: \"`--force` does\""] {
            #expect(text.firstMatch(of: Self.flag) != nil, "\(text)")
        }
        #expect("try Resolver(facts: facts)".calls("Resolver("))
        #expect(!"DependencyResolver(facts: facts)".calls("Resolver("))
    }

    /// A text of several words that is no sentence of this program.
    private struct Value {
        let file: String
        let piece: String

        init(_ file: String, _ piece: String) { (self.file, self.piece) = (file, piece) }
    }

    private static let values = [
        // Words of formats, which others read.
        Value("Plans/PlanSurroundings.swift", "\"there in part\""),
        Value("Operations/CacheKey.swift", "\"modelkit-assets cache key 1\""),
        Value("AssetModel/VersioningSystem.swift", "form:"),
        Value("Documents/DocumentWriter.swift", "\"comment\""),
        Value("Documents/ImageAssembly.swift", "return names +"),
        // What others say, by which it is known.
        Value("GCS/Credentials/TokenEndpoint.swift", "text.contains("),
        Value("GCS/Requests/GCSDetails.swift", "text.contains("),
        Value("GCS/Requests/GCSFault.swift", "text.contains("),
        Value("S3/Credentials/SecurityTokenService.swift", "said.contains("),
        Value("Credentials/CredentialHelper.swift", "\"credentials not found\""),
        Value("ObjectStore/ContentEncoding.swift", "\"incorrect header check\""),
        Value("Lock/LockFile.swift", "      - {"), Value("Publishing/PushSource.swift", "sha256"),
        // Names of services, files, streams and places; a notation for chains.
        Value("AssetModel/Setting.swift", "\"environment variable \\("), Value("Planning/DemandWords.swift", "elided"),
        Value("GCS/Requests/GCSDetails.swift", "\"Google Cloud Storage\""),
        Value("S3/Credentials/FileCredentials.swift", "\"shared credentials file\""),
        Value("Credentials/ImpersonatedTokens.swift", "let name"), Value("Credentials/RefreshTokens.swift", "let name"),
    ]

    private static var flag: Regex<Substring> { #/["` ]--[a-z][a-z-]*["` ]/# }

    /// `enum ObjectDetail: ErrorDetail {`, and with other protocols.
    private static var detail: Regex<(Substring, Substring)> {
        #/(?:enum|struct) (\w+): (?:Error, )?(?:ErrorDetail|RedactableDetail)\b/#
    }
}

extension String {
    /// A text in the line that has three words or more, what is interpolated counting as one; nil where there is none.
    ///
    /// Commands, as `.init(` does, and keys are no words: those are of letters alone, with a comma or so behind them.
    fileprivate var sentence: Substring? {
        // What is interpolated may hold texts of its own.
        var line = self
        while let range = line.firstRange(of: #/\\\((?:[^()]|\([^()]*\))*\)/#) {
            line.replaceSubrange(range, with: "x")
        }
        let texts = line.matches(of: #/"((?:[^"\\]|\\.)*)"/#).map(\.1)
        return texts.first { $0.firstMatch(of: #/[A-Za-z`'…]+[,:;)]? [(`'a-z]+[,:;)]? [(`'a-z…]+/#) != nil }
    }
}

extension String {
    /// Whether the piece stands there as a name of its own, and not as the end of a longer one.
    fileprivate func calls(_ piece: String) -> Bool {
        guard let range = firstRange(of: piece) else { return false }
        return range.lowerBound == startIndex || !self[index(before: range.lowerBound)].isLetter
    }
}
