internal import AssetModel
package import StoreProviders
internal import StoreTransport

// What to do where there are no credentials of S3.

extension S3CredentialFault {
    package var advice: String? {
        switch self {
        case .noneFound(_, let file?): file.words
        case .noneFound:
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, select a profile with AWS_PROFILE, or, for a public "
                + "bucket, pass --no-sign-request"
        case .expired: "renew them; if they are new, check the clock of this machine"
        case .controlCharacter: "write it without a trailing line break, with `printf %s` instead of `echo`"
        case .unreachable(.container, _):
            "check that the variable belongs to this environment, and that this container's network reaches the service"
        case .unreachable: CredentialAdvice.reachService
        case .status(_, _, _, isTransient: true), .tokenServiceFailed: CredentialAdvice.retryLater
        case .status:
            "check that this container has a role, and the token of AWS_CONTAINER_AUTHORIZATION_TOKEN or its _FILE"
        case .noCredentials(.tokens, _), .noCallerIdentity:
            "check AWS_ENDPOINT_URL_STS, and for a proxy that answers in its place"
        case .noCredentials: CredentialAdvice.checkForProxy
        case .denied(_, _, isClock: true): "correct the clock of this machine"
        case .denied: "check the role's trust policy against the caller's identity"
        case .endpoint(let fault): fault.advice ?? "correct the endpoint"
        case .regionalEndpoints: "use regional or legacy"
        case .noDualStack: "unset AWS_USE_DUALSTACK_ENDPOINT"
        case .tokenFile: CredentialAdvice.mountSecret
        case .key(let fault): fault.advice
        case .singleSignOn(let fault): fault.advice
        case .role(let fault): fault.advice
        case .machine(let fault): fault.advice
        case .program(_, let fault, let place): fault.advice(place)
        case .invalidCommand: CredentialAdvice.correctCommand
        }
    }
}

extension S3KeyFault {
    fileprivate var advice: String {
        switch self {
        case .half: "set both or neither; a build secret that is not mounted leaves its variable empty"
        case .noSecret: "add it next to aws_access_key_id"
        case .loginSession(let profile):
            "export credentials with `aws configure export-credentials --profile \(profile) --format env`"
        }
    }
}

extension S3SingleSignOnFault {
    fileprivate var advice: String {
        switch self {
        case .missingKey:
            "add it to the profile in ~/.aws/config; `aws configure sso` writes a complete profile"
        case .unknownSession(let session, _): "add a section `[sso-session \(session)]` to ~/.aws/config"
        case .sessionDiffers: "remove it from the profile"
        case .noCachedToken(_, let profile), .sessionExpired(let profile): "run `aws sso login --profile \(profile)`"
        case .refused(_, _, _, isTransient: true): CredentialAdvice.retryLater
        case .refused: "check sso_account_id and sso_role_name"
        }
    }
}

extension S3RoleFault {
    fileprivate var advice: String {
        switch self {
        case .needsCode:
            "get credentials with `aws configure export-credentials`, or use a role without `mfa_serial`"
        case .noSource: "add the one whose credentials may assume the role"
        case .twoSources: "remove one of them"
        case .invalidSource: "use Environment, EcsContainer or Ec2InstanceMetadata"
        case .emptySource(let source, _): "use a different credential_source (\(source.provenance))"
        case .unknownProfile(let source, _):
            "add `[profile \(source)]` to ~/.aws/config, or `[\(source)]` to ~/.aws/credentials"
        case .circle: "give one of these profiles its own credentials"
        case .emptyProfile: "add an access key, a role or a credential_process, or use a different profile"
        case .noRole: "set AWS_ROLE_ARN, or role_arn in the profile"
        }
    }
}

extension S3MachineFault {
    fileprivate var advice: String {
        switch self {
        case .invalidContainerEndpoint: "it must use https, or be a loopback or known link-local address"
        case .lineBreakInToken:
            "remove the line break, or use AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, whose file may end with one"
        case .hopLimit:
            "run `aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2`, or share the host's network"
        case .invalidMetadataEndpoint: "correct or unset AWS_EC2_METADATA_SERVICE_ENDPOINT"
        case .invalidMetadataMode: "use ipv4 or ipv6"
        }
    }
}

extension S3ProgramFault {
    /// - Parameter place: of the setting.
    fileprivate func advice(_ place: Provenance) -> String {
        switch self {
        case .fault: "check it in \(place)"
        case .exited: "run it manually: it is the credential_process of \(place)"
        case .printedNone: "it must print JSON with Version 1, AccessKeyId and SecretAccessKey"
        }
    }
}

extension S3MissingFile {
    fileprivate var words: String {
        "\(variable) names `\(path)`, which \(isEmpty ? "is empty" : "does not exist"): check that the secret is mounted "
            + "there"
    }
}
