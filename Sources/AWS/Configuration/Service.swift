/// A service of AWS: how it is named in host names, signatures, variables and requests.
///
/// Source: botocore's service models (`endpointPrefix`, `signingName`, `serviceId`, `targetPrefix`, `apiVersion`).
package struct Service: Sendable, Equatable {
  /// How calls and answers are written.
  package enum WireForm: Sendable, Equatable {
    /// AWS JSON 1.1: the operation is named in `X-Amz-Target`, after this prefix.
    case json(targetPrefix: String)
    /// AWS Query: a form in, XML out; of this version of the API.
    case query(version: String)
  }

  /// For people, such as `ECR`.
  package var name: String
  /// As in signatures, such as `ecr`.
  package var signingName: String
  /// First part of its host name, such as `api.ecr`.
  package var hostPrefix: String
  /// As in a `services` section, such as `cloudwatch_logs`; in upper case in `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
  package var identifier: String
  package var wireForm: WireForm
  /// The one region where the service is; nil where it is in every region, or in one of each partition.
  package var onlyRegion: String?

  package static let ecr = Service(
    name: "ECR", signingName: "ecr", hostPrefix: "api.ecr", identifier: "ecr",
    wireForm: .json(targetPrefix: "AmazonEC2ContainerRegistry_V20150921"))
  package static let ecrPublic = Service(
    name: "ECR Public", signingName: "ecr-public", hostPrefix: "api.ecr-public", identifier: "ecr_public",
    wireForm: .json(targetPrefix: "SpencerFrontendService"), onlyRegion: "us-east-1")
  package static let ecs = Service(
    name: "ECS", signingName: "ecs", hostPrefix: "ecs", identifier: "ecs",
    wireForm: .json(targetPrefix: "AmazonEC2ContainerServiceV20141113"))
  package static let logs = Service(
    name: "CloudWatch Logs", signingName: "logs", hostPrefix: "logs", identifier: "cloudwatch_logs",
    wireForm: .json(targetPrefix: "Logs_20140328"))
  package static let secretsManager = Service(
    name: "Secrets Manager", signingName: "secretsmanager", hostPrefix: "secretsmanager",
    identifier: "secrets_manager", wireForm: .json(targetPrefix: "secretsmanager"))
  package static let sts = Service(
    name: "STS", signingName: "sts", hostPrefix: "sts", identifier: "sts", wireForm: .query(version: "2011-06-15"))
  package static let iam = Service(
    name: "IAM", signingName: "iam", hostPrefix: "iam", identifier: "iam", wireForm: .query(version: "2010-05-08"))

  package static let all = [ecr, ecrPublic, ecs, logs, secretsManager, sts, iam]
}
