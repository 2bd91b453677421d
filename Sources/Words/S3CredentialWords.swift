internal import AssetModel
package import StoreProviders
internal import StoreTransport

// The words for credentials of S3: where they come from, and why there are none. What to do is in `S3CredentialAdvice`.

extension S3CredentialSource: WordedDetail {
    package var words: String {
        switch self {
        case .environment: "environment variables"
        case .profile(let name, let place): "profile \(name) in \(place)"
        case .role(let role, let profile, let source):
            "role \(role) of profile \(profile), assumed with \(source.words)"
        case .webIdentity(let role, let file): "role \(role) with the web identity token \(file)"
        case .singleSignOn(let role, let account, let profile):
            "single sign-on role \(role) in account \(account), profile \(profile)"
        case .program(let program, let profile): "`\(program)` of profile \(profile)"
        case .container(let origin): "the container credential service at \(origin)"
        case .instance(let role): "instance role \(role)"
        }
    }
}

extension S3CredentialAbsence: WordedDetail {
    package var words: String {
        switch self {
        case .noVariable(let name): "no \(name)"
        case .noContainerVariable: "no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI"
        case .noKey(let key): "no \(key) in the profile"
        case .noAccessKey(let profile): "no aws_access_key_id in profile \(profile)"
        case .noLoginSession: "no login_session"
        case .metadataDisabled: "AWS_EC2_METADATA_DISABLED"
        case .noInstanceRole: "no role from the metadata service (in a container, check its hop limit)"
        }
    }
}

extension S3CredentialService {
    package var words: String {
        switch self {
        case .tokens: "STS"
        case .container: "the container credential service"
        case .singleSignOnTokens: "the single sign-on token service"
        case .singleSignOnPortal: "the single sign-on portal"
        }
    }
}

extension S3SecretPart {
    fileprivate var words: String {
        switch self {
        case .accessKey: "access key"
        case .secretAccessKey: "secret access key"
        case .sessionToken: "session token"
        case .variable(let name): name
        }
    }
}

extension ServiceWords {
    package var words: String {
        switch self {
        case .said(let words): words
        case .status(let status): "status \(status)"
        }
    }
}

extension ShownAccessKey {
    package var words: String {
        switch self {
        case .id(let id): id
        case .hidden: "(not shown: it does not look like an access key ID)"
        }
    }
}

extension S3CredentialFault: WordedDetail {
    package var words: String {
        switch self {
        case .noneFound(let absences, _):
            absences.map { "\($0.provider): \($0.absence.words)" }.joined(separator: "; ")
        case .expired(let source, let time): "the credentials from \(source.words) expired at \(Timestamp.text(time))"
        case .controlCharacter(let part, let source):
            "the \(part.words) from \(source.words) contains a control character such as a line break"
        case .unreachable(let service, let failure): "\(service.words) at \(failure.words)"
        case .status(let service, let origin, let status, _):
            "\(service.words) at \(origin) returned status \(status)"
        case .noCredentials(let service, let origin):
            service.words + (origin.map { " at \($0)" } ?? "") + " returned no credentials"
        case .endpoint(let fault): fault.words
        case .regionalEndpoints(let fault): fault.words + (fault.place.map { " (\($0))" } ?? "")
        case .noDualStack(let service, let region): "\(service) has no dual-stack endpoint in \(region)"
        case .tokenFile(let fault, let file):
            "the token file `\(file.value)` (\(file.provenance)) \(fault.words)"
        case .noCallerIdentity: "STS returned no caller identity"
        case .tokenServiceFailed(let action, let reason): "STS \(action) failed: \(reason.words)"
        case .denied(let action, let reason, _): "STS denied \(action): \(reason.words)"
        case .key(let fault): fault.words
        case .singleSignOn(let fault): fault.words
        case .role(let fault): fault.words
        case .machine(let fault): fault.words
        case .program(let program, let fault, _): "`\(program)` \(fault.words)"
        case .invalidCommand(let place): "invalid command in credential_process (\(place))"
        }
    }
}

extension S3KeyFault {
    fileprivate var words: String {
        switch self {
        case .half(.accessKey, let isEmpty):
            "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is \(isEmpty ? "empty" : "not set")"
        case .half(_, let isEmpty):
            "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is \(isEmpty ? "empty" : "not set")"
        case .noSecret(let profile, let place): "missing aws_secret_access_key in profile `\(profile)` (\(place))"
        case .loginSession(let profile): "`login_session` in profile `\(profile)` is not supported"
        }
    }
}

extension S3SingleSignOnFault {
    fileprivate var words: String {
        switch self {
        case .missingKey(let key, let profile): "missing `\(key)` in profile `\(profile)`"
        case .unknownSession(let session, let profile): "unknown sso_session `\(session)` in profile `\(profile)`"
        case .sessionDiffers(let session, let profile, let key):
            "profile `\(profile)` and sso_session `\(session)` have different values of \(key)"
        case .noCachedToken(let session, _): "no cached single sign-on token for `\(session)`"
        case .sessionExpired: "the single sign-on session has expired"
        case .refused(let role, let account, let status, _):
            "no credentials for role \(role) in account \(account): status \(status)"
        }
    }
}

extension S3RoleFault {
    fileprivate var words: String {
        switch self {
        case .needsCode(let profile): "profile `\(profile)` requires an MFA code, which this program cannot prompt for"
        case .noSource(let profile):
            "profile `\(profile)` has role_arn but neither source_profile nor credential_source"
        case .twoSources(let profile): "profile `\(profile)` has both source_profile and credential_source"
        case .invalidSource(let source): "invalid credential_source `\(source.value)` (\(source.provenance))"
        case .emptySource(let source, let absence):
            "credential_source \(source.value) has no credentials: \(absence.words)"
        case .unknownProfile(let source, let profile): "unknown source_profile `\(source)` in profile `\(profile)`"
        case .circle(let profiles): "circular source_profile chain: \(profiles.joined(separator: " → "))"
        case .emptyProfile(let source): "source_profile `\(source)` has no credentials"
        case .noRole: "missing role ARN for the token file"
        }
    }
}

extension S3MachineFault {
    fileprivate var words: String {
        switch self {
        case .invalidContainerEndpoint(let shown): "invalid container credential endpoint `\(shown)`"
        case .lineBreakInToken: "AWS_CONTAINER_AUTHORIZATION_TOKEN contains a line break"
        case .hopLimit: "the metadata service is reachable, but its hop limit of 1 keeps the token from this container"
        case .invalidMetadataEndpoint(let shown): "invalid metadata service endpoint `\(shown)`"
        case .invalidMetadataMode(let mode): "invalid metadata service mode `\(mode.value)` (\(mode.provenance))"
        }
    }
}

extension S3ProgramFault {
    /// To follow the program's name.
    fileprivate var words: String {
        switch self {
        case .fault(let fault): fault.words
        case .exited(let status, let said): "exited with status \(status)" + (said.map { ": \($0)" } ?? "")
        case .printedNone: "printed no credentials"
        }
    }
}

extension TokenFileFault {
    fileprivate var words: String {
        switch self {
        case .unreadable(let fault): "cannot be read: \(fault.words)"
        case .missing: "does not exist"
        case .empty: "is empty"
        case .severalLines: "contains more than a token"
        }
    }
}
