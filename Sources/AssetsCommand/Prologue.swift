internal import AssetModel
internal import Operations
internal import StoreProviders
internal import StoreTransport

extension Shell {
    /// Where a command learns what is wanted.
    enum Subject: Sendable {
        /// A spec file; `-` for standard input.
        case spec(String)
        /// The same, which need not be there where it is the default one: it may say where the store is.
        case optionalSpec(String)
        /// A specification string, without a spec file.
        case asset(String)

        static let defaultSpec = Subject.optionalSpec(Workspace.defaultSpec)
    }

    /// What every command that has settings begins with: makes them of the spec file, the environment and the flags, opens
    /// what the command works with, and tells the settings with `--verbose`.
    func begin<Opened>(
        _ subject: Subject, _ flags: SettingFlags, _ open: (Workspace, RetryLog) throws(Faults) -> Opened
    ) throws(Faults) -> Opened {
        let workspace = try workspace(subject, flags)
        let opened = try open(workspace, retryLog())
        if options.isVerbose { remark(SettingsText.lines(workspace)) }
        return opened
    }

    /// The same for a command about a spec.
    func session(_ request: SpecRequest, _ flags: SettingFlags) throws(Faults) -> Session {
        try begin(.spec(request.spec), flags) { (workspace, retries) throws(Faults) in
            try Session(workspace, request, retries: retries)
        }
    }

    /// The same for a command that looks at the store alone.
    func storeSession(_ flags: SettingFlags) throws(Faults) -> StoreSession {
        try begin(.defaultSpec, flags) { (workspace, retries) throws(Faults) in
            try StoreSession(workspace.settings, retries)
        }
    }

    private func workspace(_ subject: Subject, _ flags: SettingFlags) throws(Faults) -> Workspace {
        switch subject {
        case .spec(let path): try Workspace(spec: path, flags: flags, environment: environment)
        case .optionalSpec(let path):
            try Workspace(spec: path, isOptional: true, flags: flags, environment: environment)
        case .asset(let text): try Workspace(asset: text, flags: flags, environment: environment)
        }
    }
}
