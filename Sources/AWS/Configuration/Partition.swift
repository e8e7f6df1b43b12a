/// A separate AWS: its own accounts, regions and names.
///
/// Source: AWS General Reference, "AWS service endpoints"; botocore's `partitions.json`.
package enum Partition: String, Sendable, Equatable, CaseIterable {
  case commercial = "aws"
  case china = "aws-cn"
  case govCloud = "aws-us-gov"
  case european = "aws-eusc"
  case iso = "aws-iso"
  case isoB = "aws-iso-b"

  package init(region: String) {
    let prefixes: [(String, Partition)] = [
      ("cn-", .china), ("us-gov-", .govCloud), ("eusc-", .european), ("us-iso-", .iso), ("us-isob-", .isoB),
    ]
    self = prefixes.first { region.hasPrefix($0.0) }?.1 ?? .commercial
  }

  /// What every host of the partition ends with.
  package var dnsSuffix: String {
    switch self {
    case .commercial, .govCloud: "amazonaws.com"
    case .china: "amazonaws.com.cn"
    case .european: "amazonaws.eu"
    case .iso: "c2s.ic.gov"
    case .isoB: "sc2s.sgov.gov"
    }
  }
}
