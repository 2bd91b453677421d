internal import ArgumentParser

/// The command that arguments name, as far as they name one.
struct CommandPath {
    /// Of the program and each command below it.
    let names: [String]
    let command: any ParsableCommand.Type
    /// An unknown command.
    let unknown: String?

    /// - Parameter arguments: without the program's name.
    init(_ arguments: [String]) {
        var (names, command): ([String], any ParsableCommand.Type) = (["modelkit-assets"], ModelkitAssets.self)
        var words = arguments[...]
        if words.first == "help" { words.removeFirst() }
        while let word = words.first, let next = command.subcommand(named: word) {
            (names, command) = (names + [word], next)
            words.removeFirst()
        }
        self.names = names
        self.command = command
        let isExpected = !command.configuration.subcommands.isEmpty
        unknown = isExpected ? words.first.flatMap { $0.hasPrefix("-") || $0 == "help" ? nil : $0 } : nil
    }

    /// As it is typed.
    var text: String { names.joined(separator: " ") }

    /// Of the commands below it.
    var commands: [String] { command.configuration.subcommands.compactMap { $0.configuration.commandName } }

    var usage: String { HelpText.shortened(usage: ModelkitAssets.usageString(for: command)) }

    /// Whether it has an option of this name.
    func takes(_ option: String) -> Bool {
        let help = ModelkitAssets.helpMessage(for: command, columns: HelpText.unwrapped)
        return help.split(whereSeparator: { " ,\n".contains($0) }).contains(option[...])
    }
}

extension ParsableCommand {
    fileprivate static func subcommand(named name: String) -> (any ParsableCommand.Type)? {
        configuration.subcommands.first { $0.configuration.commandName == name }
    }
}
