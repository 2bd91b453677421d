package import ObjectStore

package struct S3ConfigurationFault: Error { package let words: String }
/// PLACEHOLDER
package struct S3Endpoint: Sendable {
    package let region: String
    package let base: HTTPURL
    package let bucket: String
    package var words: String { base.origin }
    package init(region: String, base: HTTPURL, bucket: String) {
        self.region = region; self.base = base; self.bucket = bucket
    }
    package func url(of key: ObjectKey?, query: [(name: String, value: String?)], region: String)
        throws(S3ConfigurationFault) -> HTTPURL
    {
        var url = base
        url.target = "/" + bucket + (key.map { "/" + PercentEncoding.encode($0.text, keepsSlash: true) } ?? "")
        if !query.isEmpty { url.target += "?" + PercentEncoding.query(query) }
        return url
    }
    package static func isRegion(_ text: String) -> Bool { !text.isEmpty }
}
package import AssetModel
package struct S3Overrides: Sendable { package var region: Setting<String>?; package var endpoint: Setting<String>?; package var anonymous: Setting<Bool>?
 package init(region: Setting<String>? = nil, endpoint: Setting<String>? = nil, anonymous: Setting<Bool>? = nil) { self.region = region; self.endpoint = endpoint; self.anonymous = anonymous } }
