import AWS

/// The account and region that tasks run in: what names become ARNs with.
package struct Account: Sendable, Equatable {
  /// Twelve digits.
  package var id: String
  package var region: String

  package init(id: String, region: String) {
    self.id = id
    self.region = region
  }

  package var partition: Partition { Partition(region: region) }

  /// The ARN of an IAM role; an ARN stays as it is.
  ///
  /// Source: Service Authorization Reference, "Resource types defined by AWS Identity and Access Management".
  package func roleARN(_ nameOrARN: String) -> String {
    nameOrARN.hasPrefix("arn:") ? nameOrARN : "arn:\(partition.rawValue):iam::\(id):role/\(nameOrARN)"
  }
}
