package import AssetModel
package import StoreTransport

/// What keeps credentials for S3 from being had.
package enum S3CredentialFault: ErrorDetail {
    // MARK: Of all providers

    /// No provider has any: why, by its name.
    case noneFound([Absence], S3MissingFile?)
    case expired(S3CredentialSource, at: Double)
    /// What came from there cannot be sent in a header.
    case controlCharacter(in: S3SecretPart, S3CredentialSource)
    case unreachable(S3CredentialService, UnreachableService)
    /// The service there answered with this status; whether it may pass.
    case status(S3CredentialService, origin: String, Int, isTransient: Bool)
    /// The service there answered without credentials; nil where it has one place alone.
    case noCredentials(S3CredentialService, origin: String?)
    /// Of a service.
    case endpoint(ConfigurationFault)
    case noDualStack(service: String, region: String)
    case tokenFile(TokenFileFault, Setting<String>)

    package struct Absence: Hashable, Sendable {
        package let provider: String
        package let absence: S3CredentialAbsence
    }

    /// The setting of sts_regional_endpoints.
    case regionalEndpoints(ConfigurationFault)
    case noCallerIdentity
    /// What the Security Token Service said.
    case tokenServiceFailed(action: String, ServiceWords)
    case denied(action: String, ServiceWords, isClock: Bool)

    case key(S3KeyFault)
    case singleSignOn(S3SingleSignOnFault)
    case role(S3RoleFault)
    case machine(S3MachineFault)
    case program(String, S3ProgramFault, Provenance)
    /// The command of a program.
    case invalidCommand(Provenance)
}

/// What is wrong with keys of the environment or the files.
package enum S3KeyFault: Hashable, Sendable {
    /// One half of an access key is set; the other is set to nothing, or not set.
    case half(lacks: S3SecretPart, isEmpty: Bool)
    case noSecret(profile: String, Provenance)
    case loginSession(profile: String)
}

/// What keeps a profile's single sign-on from being used.
package enum S3SingleSignOnFault: Hashable, Sendable {
    case missingKey(String, profile: String)
    case unknownSession(String, profile: String)
    case sessionDiffers(String, profile: String, key: String)
    case noCachedToken(String, profile: String)
    case sessionExpired(profile: String)
    /// The portal answered with this status.
    case refused(role: String, account: String, status: Int, isTransient: Bool)
}

/// What keeps a role from being taken.
package enum S3RoleFault: Hashable, Sendable {
    /// Of an MFA device.
    case needsCode(profile: String)
    case noSource(profile: String)
    case twoSources(profile: String)
    case invalidSource(Setting<String>)
    case emptySource(Setting<String>, S3CredentialAbsence)
    case unknownProfile(String, profile: String)
    case circle([String])
    case emptyProfile(String)
    /// A token file has no role that it could be exchanged for.
    case noRole
}

/// What is wrong with the services of a machine or a container, or with their settings.
package enum S3MachineFault: Hashable, Sendable {
    /// The text without its secrets.
    case invalidContainerEndpoint(shown: String)
    case lineBreakInToken
    /// The metadata service's answer with the token does not come as far as this container.
    case hopLimit
    /// The text without its secrets.
    case invalidMetadataEndpoint(shown: String)
    case invalidMetadataMode(Setting<String>)
}

/// What is wrong with a program that is to print credentials.
package enum S3ProgramFault: Hashable, Sendable {
    case fault(Subprocess.Fault)
    /// With the first line that it printed as an error.
    case exited(status: Int32, said: String?)
    case printedNone
}

/// What a service said is wrong, or the status alone.
package enum ServiceWords: Hashable, Sendable {
    case said(String)
    case status(Int)
}

/// A part of an access key, and how the environment names it where it comes from there.
package enum S3SecretPart: Hashable, Sendable {
    case accessKey, secretAccessKey, sessionToken
    case variable(String)
}

/// A secret that a build or a pod was to mount, and did not.
package struct S3MissingFile: Hashable, Sendable {
    package let variable: String
    package let path: String
    /// Whether it is there, with nothing in it.
    package let isEmpty: Bool
}

/// What is wrong with a file that holds a token alone.
package enum TokenFileFault: Hashable, Sendable {
    case unreadable(ConfigurationFault)
    case missing, empty
    case severalLines
}
