package import AssetModel
package import StoreTransport

/// What keeps credentials for Google Cloud Storage from being had.
package enum GCSCredentialFault: ErrorDetail {
    case noneFound
    case unreachable(GCSCredentialService, UnreachableService)
    /// The service answered with this status; the place where there may be several.
    case status(GCSCredentialService, origin: String?, Int)
    /// The service answered without a token; nil where it has one place alone.
    case noToken(GCSCredentialService?, origin: String?)

    case tokenServerFailed(origin: String, ServiceWords)
    case tokenServerDenied(origin: String, ServiceWords, TokenAdvice?)
    /// What Google's IAM answered.
    case notImpersonated(String, ServiceAnswer, isTransient: Bool)
    /// The metadata service answered with this status.
    case noServiceAccount(status: Int)
    case invalidMetadataHost(String)

    case file(GCSFileFault)
    case subject(GCSSubjectFault)
    case program(String, GCSProgramFault)
    case programSetting(GCSProgramSettingFault)
}

/// What is wrong with a file of credentials.
package enum GCSFileFault: Hashable, Sendable {
    case unreadable(ConfigurationFault)
    case missing(Setting<String>)
    case empty(Setting<String>)
    case notCredentials(Setting<String>)
    case missingField(String)
    /// The text without its secrets.
    case invalidUniverse(shown: String)
    case unknownType(String)
    case unknownSourceType(String)
    /// Credentials go there, and only by https.
    case insecureAddress(field: String, shown: String)
    case invalidAddress(field: String, shown: String)
    /// The tokens of people are good in Google's own universe alone.
    case userInUniverse(String)
    case invalidPrivateKey(account: String)
}

/// What is wrong with a token of another identity provider, or with where it was to be.
package enum GCSSubjectFault: Hashable, Sendable {
    case unknownSource
    case noTokenField
    case unknownFormat(String)
    case noToken(field: String, SubjectTokenPlace)
    case emptyToken(SubjectTokenPlace)
    case unreadableFile(ConfigurationFault)
    case missingFile(String)
    case unknownEnvironmentID(String)
    /// The address without its secrets.
    case noAWSCredentials(shown: String)
    case invalidVerificationURL(String)
}

/// What is wrong with what a file says of a program.
package enum GCSProgramSettingFault: Hashable, Sendable {
    /// The variable that allows programs is not set.
    case notAllowed(variable: String)
    case invalidCommand
    /// In milliseconds.
    case invalidTimeout(Int)
}

/// What is wrong with a program that is to print a token.
package enum GCSProgramFault: Hashable, Sendable {
    case fault(Subprocess.Fault)
    /// With the first line that it printed as an error.
    case exited(status: Int32, said: String?)
    /// It says so itself.
    case failed(said: String)
    case printedNothing
    case printedNoToken
    case printedExpiredToken
}

/// Where a token of another identity provider was to be.
package enum SubjectTokenPlace: Hashable, Sendable {
    case file(String)
    case service(origin: String)
}

/// What to do about a token server's refusal.
package enum TokenAdvice: Hashable, Sendable {
    case reauthenticate
    case correctClock
    case createKey
    case useOtherAccount
    case logIn
    case checkFile
}
