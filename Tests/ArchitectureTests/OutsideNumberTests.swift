import Testing

/// Numbers that others wrote down may be of any size, and arithmetic on one that is too large ends the process. So sums are
/// `ByteSum`'s, times are clamped by `ClampedSeconds` or `WaitingTime`, what is read is read by a failable initializer, and
/// elsewhere such numbers are compared only.
///
/// Where a number comes from cannot be seen in a line; this goes by what those from outside are called. A place that is
/// right all the same stands in a list, with the reason.
@Suite struct OutsideNumberTests {
    private static let targets = [
        "AssetModel", "Planning", "SpecFile", "ImageFormat", "ObjectStore", "FileSystem", "StoreTransport",
        "Registry", "StoreProviders", "Catalog",
        "Execution",
        "Publishing", "Operations", "Terminal", "Words", "AssetsCommand",
    ]

    @Test("whole numbers from outside are not calculated with")
    func arithmetic() throws {
        try expectNone(of: Self.isArithmetic, allowing: Self.boundedNumbers)
    }

    @Test("no number is converted that may not fit")
    func conversions() throws {
        try expectNone(of: Self.isConversion, allowing: Self.fittingConversions)
    }

    @Test("a JSON document is looked at before it is decoded, as one that nests deep ends the process")
    func nesting() throws {
        let lines = try SourceTree.lines(of: Self.targets)
        let bounded = Set(lines.filter { $0.code.contains("JSONNesting") }.map(\.file))
        for line in lines where line.code.contains("JSONDecoder(") {
            #expect(bounded.contains(line.file), "\(line.place) decodes what JSONNesting has not seen")
        }
    }

    @Test(
        "the rules see what they are to see",
        arguments: [
            "total += object.size", "let end = size + 1", "object.size * 2", "if a.bytes - b.count > 1 {",
            "x = $0.storedSize * 2", "now - step.pushTime", "size << 3",
            "parts.reduce(0) { $0 + ($1.isReused ? $1.size : 0) }", "sizes.reduce(0, +)", "Int(expiration - now())",
            "Int64(seconds * 1e9)", "UInt8(value.rounded())", "Int(Double(text) ?? 0)",
        ])
    func rulesSee(code: String) {
        #expect(Self.isArithmetic(code) || Self.isConversion(code))
    }

    @Test(
        "and nothing else",
        arguments: [
            "let sizes = size == other", "Int64(exactly: number)", "bytes += [1]", "let size: Int64", "if size > 1 {",
            "Int(text)", "return -size",
        ])
    func rulesPass(code: String) {
        #expect(!Self.isArithmetic(code) && !Self.isConversion(code))
    }

    private func expectNone(of isFault: (String) -> Bool, allowing exceptions: [Exception]) throws {
        for line in try SourceTree.lines(of: Self.targets) where isFault(line.code) {
            let isAllowed = exceptions.contains { line.file.hasSuffix($0.file) && line.code.contains($0.piece) }
            #expect(isAllowed, "\(line.place): \(line.code)")
        }
    }
}

// MARK: - What is looked for

extension OutsideNumberTests {
    /// Operators of two operands have spaces round them, as the formatter sees to. A sum of texts or of the bytes themselves
    /// is none of numbers.
    private static func isArithmetic(_ code: String) -> Bool {
        if code.contains("reduce(0"), code.contains("+") { return code.firstMatch(of: name) != nil }
        let hasOperator = [" + ", " - ", " * ", " << ", " += ", " -= ", " *= ", " <<= "].contains(where: code.contains)
        return hasOperator && code.firstMatch(of: operand) != nil && code.firstMatch(of: concatenation) == nil
    }

    private static func isConversion(_ code: String) -> Bool {
        code.contains("Int") && code.matches(of: conversion).contains { $0.1.firstMatch(of: floatingPoint) != nil }
    }

    // A Regex is not Sendable: each is made where it is used. Unicode sees one word in `object.size`, and this is to see two.
    private static var name: Regex<Substring> {
        #/\b\w*?(?:[sS]izes?|[bB]ytes|[pP]ushTime|[lL]ifetime|[mM]illiseconds)\b/#.wordBoundaryKind(.simple)
    }

    /// Such a name before or behind an operator.
    private static var operand: Regex<Substring> {
        #/\b\w*?(?:[sS]izes?|[bB]ytes|[pP]ushTime|[lL]ifetime|[mM]illiseconds)\)? (?:\+|-|\*|<<)=? |(?: (?:\+|-|\*|<<)=? [\w.$]*(?:[sS]izes?|[bB]ytes|[pP]ushTime|[lL]ifetime|[mM]illiseconds)\b(?!\())/#
            .wordBoundaryKind(.simple)
    }

    private static var concatenation: Regex<Substring> {
        #/\+=? (?:\[|"|Array\(|buffer\[|\(\w+\.\w+ > 0 \? ")|" \+/#.wordBoundaryKind(.simple)
    }

    /// Without a label that says what becomes of a number that does not fit.
    private static var conversion: Regex<(Substring, Substring)> {
        #/\bU?Int(?:8|16|32|64)?\((?!exactly:|clamping:|truncatingIfNeeded:|bitPattern:|ascii:)(.*)/#.wordBoundaryKind(
            .simple)
    }

    /// The clock's own time is no number from outside.
    private static var floatingPoint: Regex<Substring> {
        #/Double|\.rounded\(|[ (]\.now\b|\d\.\d|1e\d|[sS]econds|[eE]xpiration|retryAfter|Infinity|\.infinity/#
            .wordBoundaryKind(.simple)
    }
}

// MARK: - What may be

/// A place where a rule does not hold, and need not.
private struct Exception {
    let file: String
    /// Of the line.
    let piece: String
    let reason: String

    init(_ file: String, _ piece: String, _ reason: String) {
        (self.file, self.piece, self.reason) = (file, piece, reason)
    }
}

extension OutsideNumberTests {
    private static var boundedNumbers: [Exception] {
        [
            Exception("Report/ReportText.swift", "size += text.utf8.count", "of a text in memory"),
            Exception("Progress/BarsRenderer.swift", "Int128(", "in twice as many bits"),
            Exception("Progress/PlainRenderer.swift", "size", "of texts in memory"),
            Exception("Progress/PlainRenderer.swift", "Units.bytes(fetch.bytes)", "texts"),
            Exception("Progress/ProgressModel.swift", "total - bytes", "neither is negative"),
            Exception("Cache/CacheReader.swift", "copy.size - start", "of a file that is there"),
            Exception("Cache/CacheArchive.swift", "size - offset", "of a file that is there"),
            Exception("Cache/CacheUpkeep.swift", "status.size", "of files that are there"),
            Exception("Cache/TarHeader.swift", "512 - size % 512", "less than a block"),
            Exception("Execution/ContentHash.swift", "size += Int64(bytes.count)", "of bytes that were in memory"),
            Exception("Execution/ExecutionRun.swift", ".bytes += ", "of parts that arrived"),
            Exception("Execution/Journal.swift", "doneBytes", "of ranges inside an object, none twice"),
            Exception("Execution/ThroughputMeter.swift", "bytes += sample.bytes", "of bytes that arrived"),
            Exception("Execution/TransferMeter.swift", "bytes", "of bytes that arrived"),
            Exception("Execution/StagingFolder.swift", "doneBytes", "of ranges inside an object, none twice"),
            Exception(
                "Execution/MismatchCause.swift", "expectedSize - size", "a size of what is there, less than the other"),
            Exception("Execution/PartFetcherBytes.swift", "size", "of pieces in memory, at an offset inside a file"),
            Exception("AssetModel/ObjectChecksum.swift", "2 * bytes.count", "of bytes in memory"),
            Exception("Execution/PartWriter.swift", "readableBytes", "of pieces in memory, at an offset inside a file"),
            Exception("Execution/PartSink.swift", "size", "of pieces in memory, at an offset inside a file"),
            Exception("FileSystem/File.swift", "status.size", "compared with a limit before"),
            Exception("Layers/TarBlocks.swift", "512 - size % 512", "less than a block"),
            Exception("Layers/TarBlocks.swift", "bytes", "of headers in memory"),
            Exception("Layers/LayerSegments.swift", "pending += entry.blocks.bytes", "bytes themselves"),
            Exception("Planning/PlanTotals.swift", "unknownSizes += 1", "a number of files"),
            Exception("Publishing/ByteBudget.swift", "bytes", "of memory that is held"),
            Exception("Publishing/Publisher.swift", "reused += bytes", "of files that were read"),
            Exception("Publishing/Uploader.swift", "reused += bytes", "of files that were read"),
            Exception("Publishing/Uploader.swift", "partSize", "of files that are there"),
            Exception("GCS/Credentials/ServiceAccountTokens.swift", "lifetime", "the clock's time, and an hour"),
            Exception("Connection/TransportExchange.swift", "buffer.readableBytes", "of buffers in memory"),
        ]
    }

    private static var fittingConversions: [Exception] {
        [
            Exception("Execution/PartSizes.swift", "Int64(max(0, min(bytes", "between bounds"),
            Exception("Operations/TransferTrace.swift", "tick.seconds * 1000", "the length of a run"),
            Exception("AssetsCommand/RetryNotices.swift", "ContinuousClock.now - start", "the length of a run"),
            Exception("Progress/BarsRenderer.swift", "Double(inside)", "a fraction of some columns"),
            Exception("Terminal/Units.swift", "(seconds * 10", "ten years at most"),
            Exception("FileSystem/Calls.swift", "Int(seconds)", "a whole number of as many bits"),
            Exception("FileSystem/Directory.swift", "Int(seconds)", "a whole number of as many bits"),
            Exception("Processes/Subprocess.swift", "deadline - .now", "two minutes at most"),
            Exception("HTTP/WaitingTime.swift", "seconds * 1e9", "ten years at most"),
            Exception("Words/S3Words.swift", "abs(offset)", "the difference of two dates of four digits' years"),
        ]
    }
}
