import AssetModel
import StoreTransport
import Testing

@testable import StoreProviders

/// The rules of Python's `RawConfigParser` and of botocore's `configloader.py`.
@Suite("~/.aws/config and ~/.aws/credentials") struct AWSConfigFileTests {
    private static func section(_ text: String, _ name: String = "default") throws -> AWSSection? {
        try AWSConfigFile(text, file: "config").sections.first { $0.name == name }?.section
    }

    @Test(
        "a value is what stands behind the first delimiter",
        arguments: [
            ("[default]\nregion = eu-west-1\n", "eu-west-1"), ("[default]\nregion:eu-west-1", "eu-west-1"),
            ("[default]\nREGION=eu-west-1\n", "eu-west-1"), ("[default]\r\nregion = eu-west-1\r\n", "eu-west-1"),
            ("[default]\nregion = a = b: c\n", "a = b: c"),
            ("[default]\nregion = a # not a comment\n", "a # not a comment"),
            ("# comment\n; comment\n[default]\n# comment\nregion = a\n", "a"),
            ("[default]\nregion = a\n  b\n  c\n", "a\nb\nc"), ("[default]\nregion =\n", nil),
            ("[other]\nregion = a\n[default]\noutput = json\n", nil),
            ("[DEFAULT]\nregion = of all\n[default]\noutput = json\n", "of all"),
            ("[DEFAULT]\nregion = of all\n[default]\nregion = own\n", "own"),
        ] as [(String, String?)])
    func values(text: String, region: String?) throws {
        #expect(try Self.section(text)?["region"]?.value == region)
    }

    @Test("each value has its line") func lines() throws {
        let setting = try #require(try Self.section("[default]\n\noutput = json\nregion = a\n")?["region"])
        #expect(setting.provenance == .file(SourceLocation(file: "config", line: 4, column: 1)))
    }

    @Test("indented lines below an empty value are a block") func block() throws {
        let section = try Self.section("[default]\ns3 =\n    addressing_style = path\n    Max = 1\nregion = a\n")
        #expect(section?.block("s3").mapValues(\.value) == ["addressing_style": "path", "Max": "1"])
        #expect(section?["s3"] == nil)
        #expect(section?["region"]?.value == "a")
    }

    @Test(
        "what cannot be read is refused, with its line",
        arguments: [
            ("region = a\n", 1, .textBeforeSection),
            ("[default]\nregion\n", 2, .noDelimiter), ("[default]\n= a\n", 2, .noKey),
            ("[default]\nregion = a\nRegion = b\n", 3, .duplicateKey("region")),
            ("[default]\n[other]\n[default]\n", 3, .duplicateSection("default")),
            ("[default]\ns3 =\n  path\n", 3, .noDelimiterInBlock),
        ] as [(String, Int, AWSConfigFault)])
    func refused(text: String, line: Int, expected: AWSConfigFault) {
        let fault = #expect(throws: ConfigurationFault.self) { try AWSConfigFile(text, file: "config") }
        #expect(fault?.fault == AnyErrorDetail(S3SettingFault.file(expected)))
        #expect(fault?.place == .file(SourceLocation(file: "config", line: line, column: 1)))
    }

    @Test("profiles of the two files, the credentials file's values first") func profiles() throws {
        var files = AWSFiles()
        files.config["dev"] = try Self.section("[dev]\nregion = a\noutput = json\n", "dev")
        files.credentials["dev"] = try Self.section("[dev]\nregion = b\n", "dev")
        #expect(files.profile("dev")?["region"]?.value == "b")
        #expect(files.profile("dev")?["output"]?.value == "json")
        #expect(files.profile("other") == nil)
    }
}
