internal import AssetModel
package import StoreProviders
internal import StoreTransport

// What to do where there are no credentials of Google Cloud Storage.

extension GCSCredentialFault {
    package var advice: String? {
        switch self {
        case .noneFound:
            "set GOOGLE_APPLICATION_CREDENTIALS to a credentials file, run `gcloud auth application-default login`, "
                + "or, for a public bucket, pass --no-sign-request"
        case .unreachable: CredentialAdvice.reachService
        case .status(let service, _, _): service.advice
        case .noToken: CredentialAdvice.checkForProxy
        case .tokenServerFailed, .notImpersonated(_, _, isTransient: true): CredentialAdvice.retryLater
        case .tokenServerDenied(_, _, let advice):
            advice?.words ?? "check the credentials, and for a proxy that answers in the server's place"
        case .notImpersonated:
            "grant roles/iam.serviceAccountTokenCreator on that account to the source credentials"
        case .noServiceAccount: "attach a service account, or set GOOGLE_APPLICATION_CREDENTIALS"
        case .invalidMetadataHost: "correct or unset GCE_METADATA_HOST"
        case .file(let fault): fault.advice
        case .subject(let fault): fault.advice
        case .program(_, let fault): fault.advice
        case .programSetting(let fault): fault.advice
        }
    }

    fileprivate static let recreate = "recreate the file with `gcloud iam workload-identity-pools create-cred-config`"
}

extension GCSFileFault {
    fileprivate var advice: String {
        switch self {
        case .unreadable(let fault): fault.advice ?? CredentialAdvice.mountSecret
        case .missing, .empty: CredentialAdvice.mountSecret
        case .notCredentials: "download it again; it must hold the JSON itself, not its base64"
        case .missingField: "download it again"
        case .invalidUniverse: "download the file again; the default is `googleapis.com`"
        case .unknownType:
            "use service_account, authorized_user, external_account, external_account_authorized_user or "
                + "impersonated_service_account"
        case .unknownSourceType: "use authorized_user, service_account or external_account_authorized_user"
        case .insecureAddress: "download the file again"
        case .invalidAddress: GCSCredentialFault.recreate
        case .userInUniverse: "use a service account, or `gcloud iam workforce-pools create-login-config`"
        case .invalidPrivateKey: "download the key file again; JSON escapes its line breaks as `\\n`"
        }
    }
}

extension GCSSubjectFault {
    fileprivate var advice: String {
        switch self {
        case .unknownSource: "use a different source; machine certificates (x509) are not supported"
        case .unknownFormat: "use `text` or `json`"
        case .noToken: "check `subject_token_field_name`"
        case .emptyToken, .unreadableFile, .missingFile: CredentialAdvice.mountSecret
        case .noTokenField, .invalidVerificationURL: GCSCredentialFault.recreate
        case .unknownEnvironmentID: "only `aws1` is supported"
        case .noAWSCredentials: "attach a role to this machine"
        }
    }
}

extension GCSProgramSettingFault {
    fileprivate var advice: String {
        switch self {
        case .notAllowed(let variable): "if you trust the file, set \(variable)=1"
        case .invalidCommand: CredentialAdvice.correctCommand
        case .invalidTimeout: "use 5000 to 120000"
        }
    }
}

extension GCSProgramFault {
    fileprivate var advice: String {
        switch self {
        case .fault: "check `credential_source.executable.command`"
        case .exited, .failed: "run it manually with the same environment variables"
        case .printedNothing: "it must print JSON with version, success, token_type and the token"
        case .printedNoToken: "check its token_type and token field"
        case .printedExpiredToken: "check its expiration_time"
        }
    }
}

extension GCSCredentialService {
    /// Where it answers with a status that is none of success.
    fileprivate var advice: String {
        switch self {
        case .metadata: "check this machine's service account and access scopes"
        case .awsMetadata: "run on an AWS machine with a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case .subjectTokens: "check `credential_source.url`, its headers, and that this job may request tokens"
        case .iam, .tokenServer: CredentialAdvice.checkForProxy
        }
    }
}

extension TokenAdvice {
    fileprivate var words: String {
        switch self {
        case .reauthenticate:
            "run `gcloud auth application-default login`: the organization requires reauthentication"
        case .correctClock: "correct the clock of this machine (in a container, the host's)"
        case .createKey: "create a new key for this service account: this one was deleted or replaced"
        case .useOtherAccount: "use another service account: this one was deleted"
        case .logIn: "run `gcloud auth application-default login`, or download the credentials file again"
        case .checkFile: "check the credentials file against the identity pool or client that it names"
        }
    }
}
