/// Where a service of a region is, and the region that its requests are signed for.
package struct Endpoint: Sendable, Equatable {
  /// Without a slash at the end.
  package var url: String
  package var signingRegion: String

  package init(url: String, signingRegion: String) {
    self.url = url
    self.signingRegion = signingRegion
  }

  /// The service's own address in a region. Source: botocore's `endpoints.json` and endpoint rule sets.
  package init(of service: Service, region: String, usesFIPS: Bool) {
    let region = service.onlyRegion ?? region
    let partition = Partition(region: region)
    signingRegion = service == .iam ? Self.iamRegion(partition, region) : region
    url = "https://" + Self.host(of: service, partition, region, usesFIPS: usesFIPS)
  }

  private static func host(of service: Service, _ partition: Partition, _ region: String, usesFIPS: Bool) -> String {
    let suffix = partition.dnsSuffix
    let fips = usesFIPS ? "-fips" : ""
    switch (service.signingName, partition) {
    case ("iam", .commercial): return "iam\(fips).\(suffix)"
    case ("iam", .govCloud): return "iam.us-gov.\(suffix)"
    case ("iam", _): return "iam\(fips).\(iamRegion(partition, region)).\(suffix)"
    case ("ecr", .commercial) where usesFIPS, ("ecr", .govCloud) where usesFIPS:
      return "ecr-fips.\(region).\(suffix)"
    // One place for all, which has no second name.
    case ("ecr-public", _): return "\(service.hostPrefix).\(region).\(suffix)"
    // In GovCloud these are validated as they are, and have no second name.
    case ("sts", .govCloud), ("logs", .govCloud): return "\(service.hostPrefix).\(region).\(suffix)"
    default: return "\(service.hostPrefix)\(fips).\(region).\(suffix)"
    }
  }

  /// IAM is one service for a whole partition, at home in one region.
  private static func iamRegion(_ partition: Partition, _ region: String) -> String {
    switch partition {
    case .commercial: "us-east-1"
    case .china: "cn-north-1"
    case .govCloud: "us-gov-west-1"
    case .iso: "us-iso-east-1"
    case .isoB: "us-isob-east-1"
    case .european: region
    }
  }
}
