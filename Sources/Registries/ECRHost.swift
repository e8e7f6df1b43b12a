/// A private registry of Amazon ECR: everything that this module knows of Amazon.
///
/// Source: AWS, "Amazon ECR endpoints and quotas"; the suffixes of each partition.
package struct ECRHost: Hashable, Sendable {
  /// The account, twelve digits.
  package let account: String
  package let region: String
  package let isFIPS: Bool

  /// nil for any other host, a look-alike such as `….amazonaws.com.example` included.
  package init?(_ host: String) {
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    // <account>.dkr.ecr[-fips].<region>.<suffix>, or <account>.dkr-ecr[-fips].<region>.<dual-stack suffix>
    guard let account = labels.first, account.count == 12,
      account.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    else { return nil }
    let rest: ArraySlice<Substring>
    let service: Substring
    let suffixes: Set<String>
    if labels.count > 3, labels[1] == "dkr" {
      service = labels[2]
      rest = labels[3...]
      suffixes = ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"]
    } else if labels.count > 2, labels[1].hasPrefix("dkr-") {
      service = labels[1].dropFirst(4)
      rest = labels[2...]
      suffixes = ["on.aws", "on.amazonwebservices.com.cn"]
    } else {
      return nil
    }
    guard service == "ecr" || service == "ecr-fips", let region = rest.first, !region.isEmpty,
      suffixes.contains(rest.dropFirst().joined(separator: "."))
    else { return nil }
    self.account = String(account)
    self.region = String(region)
    isFIPS = service == "ecr-fips"
  }

  /// The IAM action that the registry checks for a request.
  static func permission(for operation: Operation) -> String? {
    switch operation {
    case .ping, .authenticate: "ecr:GetAuthorizationToken"
    case .checkManifest, .fetchManifest, .listReferrers: "ecr:BatchGetImage"
    case .putManifest: "ecr:PutImage"
    case .deleteManifest: "ecr:BatchDeleteImage"
    case .checkBlob: "ecr:BatchCheckLayerAvailability"
    case .fetchBlob: "ecr:GetDownloadUrlForLayer"
    // ECR has no such call: blobs go with the images that use them.
    case .deleteBlob: "ecr:BatchDeleteImage"
    case .startUpload, .mountBlob: "ecr:InitiateLayerUpload"
    case .uploadBlob, .checkUpload: "ecr:UploadLayerPart and ecr:CompleteLayerUpload"
    case .listTags: "ecr:ListImages"
    }
  }
}
