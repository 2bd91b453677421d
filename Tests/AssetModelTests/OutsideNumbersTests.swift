import AssetModel
import Testing

@Suite("Numbers from outside")
struct OutsideNumbersTests {
    @Test(
        "sums stop at the largest count",
        arguments: [
            ([], 0), ([1, 2, 3], 6), ([.max], .max), ([.max, 1], .max), ([1 << 62, 1 << 62, 1 << 62], .max),
        ] as [([Int64], Int64)])
    func sum(counts: [Int64], sum: Int64) {
        #expect(ByteSum.of(counts) == sum)
    }

    @Test(
        "seconds are finite, not negative, and have an end",
        arguments: [
            ("0", 0), ("1.5", 1.5), ("1e30", ClampedSeconds.longest), ("1e400", nil), ("inf", nil), ("-inf", nil),
            ("nan", nil), ("-1", nil), ("", nil), ("5s", nil),
        ] as [(String, Double?)])
    func seconds(text: String, seconds: Double?) {
        #expect(ClampedSeconds.parsed(text) == seconds)
    }
}
