internal import AssetModel
package import StoreProviders
internal import StoreTransport

// The words for credentials of Google Cloud Storage: where they come from, why there are none, and what to do about it.

extension GCSCredentialSource: WordedDetail {
    /// `service account robot@acme.iam.gserviceaccount.com, from /run/secrets/gcs.json`
    package var words: String { "\(owner.words), from \(place.words)" }
}

extension GCSTokenOwner {
    fileprivate var words: String {
        switch self {
        case .serviceAccount(let account): "service account \(account)"
        case .machine(let account): "service account \(account) of this machine"
        case .impersonated(let account, let owner): "service account \(account), impersonated by \(owner.words)"
        case .external(let audience): "external account \(audience)"
        case .impersonatedByExternal(let account): "service account \(account), impersonated by an external account"
        case .user: "gcloud user credentials"
        case .externalUser: "gcloud user credentials of an external identity provider"
        }
    }
}

extension GCSCredentialPlace {
    fileprivate var words: String {
        switch self {
        case .file(let path, let place): "\(path) (\(place))"
        case .metadataService: "the metadata service"
        }
    }
}

extension GCSCredentialAbsence: WordedDetail {
    package var words: String {
        switch self {}
    }
}

extension GCSCredentialService {
    fileprivate var words: String {
        switch self {
        case .metadata: "the metadata service"
        case .awsMetadata: "the AWS metadata service"
        case .iam: "Google's IAM"
        case .tokenServer: "the token server"
        case .subjectTokens: "the token service"
        }
    }
}

extension GCSCredentialFault: WordedDetail {
    package var words: String {
        switch self {
        case .noneFound: "no GOOGLE_APPLICATION_CREDENTIALS; no gcloud login; no answer from the metadata service"
        case .unreachable(let service, let failure): "\(service.words) at \(failure.words)"
        case .status(let service, let origin, let status):
            service.words + (origin.map { " at \($0)" } ?? "") + " returned status \(status)"
        case .noToken(let service, let origin):
            [service?.words, origin].compactMap(\.self).joined(separator: " at ") + " returned no token"
        case .tokenServerFailed(let origin, let reason): "the token server at \(origin) failed: \(reason.words)"
        case .tokenServerDenied(let origin, let reason, _):
            "the token server at \(origin) denied the request: \(reason.words)"
        case .notImpersonated(let account, let answer, _): "cannot impersonate \(account): \(answer.words)"
        case .noServiceAccount(let status): "this machine has no service account (status \(status))"
        case .invalidMetadataHost(let host): "invalid metadata service host `\(host)`"
        case .file(let fault): fault.words
        case .subject(let fault): fault.words
        case .program(let program, let fault): "`\(program)` \(fault.words)"
        case .programSetting(let fault): fault.words
        }
    }
}

extension GCSFileFault {
    fileprivate var words: String {
        switch self {
        case .unreadable(let fault): fault.words
        case .missing(let file): "\(Self.file(file)) does not exist"
        case .empty(let file): "\(Self.file(file)) is empty"
        case .notCredentials(let file): "\(Self.file(file)) is not a Google credentials JSON file"
        case .missingField(let field): "missing `\(field)` in the credentials file"
        case .invalidUniverse(let shown): "invalid `universe_domain` `\(shown)`"
        case .unknownType(let type): "unsupported credentials type `\(type)`"
        case .unknownSourceType(let type): "unsupported type of `source_credentials` `\(type)`"
        case .insecureAddress(let field, let shown): "invalid `\(field)` `\(shown)`: credentials require https"
        case .invalidAddress(let field, let shown): "invalid `\(field)` `\(shown)`"
        case .userInUniverse(let universe):
            "user credentials are limited to googleapis.com, but `universe_domain` is `\(universe)`"
        case .invalidPrivateKey(let account): "invalid private key of \(account): not a PEM-encoded RSA key"
        }
    }

    private static func file(_ file: Setting<String>) -> String {
        "the credentials file `\(file.value)` (\(file.provenance))"
    }
}

extension GCSSubjectFault {
    fileprivate var words: String {
        switch self {
        case .unknownSource: "unsupported `credential_source`: expected `file`, `url`, `executable` or AWS"
        case .noTokenField: "missing `subject_token_field_name` in `credential_source.format`"
        case .unknownFormat(let format): "unsupported `credential_source.format` `\(format)`"
        case .noToken(let field, let place): "missing `\(field)` in \(place.words)"
        case .emptyToken(let place): "\(place.words) is empty"
        case .unreadableFile(let fault): fault.words
        case .missingFile(let path): "\(SubjectTokenPlace.file(path).words) does not exist"
        case .unknownEnvironmentID(let text): "unsupported `environment_id` `\(text)`"
        case .noAWSCredentials(let shown): "the metadata service at \(shown) returned no credentials"
        case .invalidVerificationURL(let text): "invalid `regional_cred_verification_url` `\(text)`"
        }
    }
}

extension GCSProgramSettingFault {
    fileprivate var words: String {
        switch self {
        case .notAllowed: "the credentials file runs a program, which is not allowed by default"
        case .invalidCommand: "invalid command in `credential_source.executable.command`"
        case .invalidTimeout(let milliseconds): "invalid `timeout_millis` \(milliseconds)"
        }
    }
}

extension GCSProgramFault {
    /// To follow the program's name.
    fileprivate var words: String {
        switch self {
        case .fault(let fault): fault.words
        case .exited(let status, let said): "exited with status \(status)" + (said.map { ": \($0)" } ?? "")
        case .failed(let said): "failed: \(said)"
        case .printedExpiredToken: "printed an expired token"
        case .printedNothing, .printedNoToken: "printed no token"
        }
    }
}

extension SubjectTokenPlace {
    fileprivate var words: String {
        switch self {
        case .file(let path): "the token file `\(path)`"
        case .service(let origin): "the response of the token service at \(origin)"
        }
    }
}
