import Testing
import Words

@testable import AssetsCommand

@Suite("output modes")
struct OutputModesTests {
    @Test(
        "colour",
        arguments: [
            (ColorChoice.always, ["NO_COLOR": "1", "TERM": "dumb"], false, true),
            (.never, ["CLICOLOR_FORCE": "1"], true, false),
            (.auto, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, false),
            (.auto, ["NO_COLOR": "", "CLICOLOR_FORCE": "1", "TERM": "dumb"], false, true),
            (.auto, ["CLICOLOR_FORCE": "0"], false, false),
            (.auto, ["CLICOLOR_FORCE": ""], false, false),
            (.auto, ["TERM": "dumb"], true, false),
            (.auto, ["TERM": "xterm"], true, true),
            (.auto, ["NO_COLOR": ""], true, true),
            (.auto, [:], true, true),
            (.auto, ["TERM": "xterm"], false, false),
        ])
    func color(choice: ColorChoice, environment: [String: String], isTerminal: Bool, isColored: Bool) {
        #expect(choice.isColored(environment: environment, isTerminal: isTerminal) == isColored)
    }

    struct ProgressRow: Sendable {
        let isQuiet: Bool
        let choice: ProgressChoice
        let isTerminal: Bool
        let environment: [String: String]
        let mode: ProgressMode

        init(_ choice: ProgressChoice, _ environment: [String: String], _ isTerminal: Bool, _ mode: ProgressMode) {
            (isQuiet, self.choice, self.environment, self.isTerminal, self.mode) =
                (false, choice, environment, isTerminal, mode)
        }

        init(quiet choice: ProgressChoice) {
            (isQuiet, self.choice, environment, isTerminal, mode) = (true, choice, [:], true, .none)
        }
    }

    @Test(
        "progress",
        arguments: [
            ProgressRow(quiet: .auto), ProgressRow(quiet: .json),
            ProgressRow(.tty, ["CI": "1", "TERM": "dumb"], false, .tty),
            ProgressRow(.plain, [:], true, .plain),
            ProgressRow(.json, [:], true, .json),
            ProgressRow(.none, [:], true, .none),
            ProgressRow(.auto, ["TERM": "xterm"], true, .tty),
            ProgressRow(.auto, ["CI": ""], true, .tty),
            ProgressRow(.auto, ["CI": "true"], true, .plain),
            ProgressRow(.auto, ["TERM": "dumb"], true, .plain),
            ProgressRow(.auto, ["TERM": "xterm"], false, .plain),
        ])
    func progress(row: ProgressRow) {
        let mode = row.choice.mode(
            isQuiet: row.isQuiet, environment: row.environment, isTerminal: row.isTerminal)
        #expect(mode == row.mode)
    }
}
