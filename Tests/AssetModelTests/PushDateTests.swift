import AssetModel
import Testing

@Suite("Push dates as texts")
struct PushDateTests {
    @Test(
        "every second has one",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (-86_400, "1969-12-31T00:00:00Z"),
            (1_709_296_200, "2024-03-01T12:30:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (.max, "292277026596-12-04T15:30:07Z"),
            (.min, "-292277022657-01-27T08:29:52Z"),
        ] as [(Int64, String)])
    func texts(seconds: Int64, text: String) {
        #expect(PushDate.text(seconds) == text)
    }
}
