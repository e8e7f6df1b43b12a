import AWS

/// What a hub's task needs in the account before it can start.
struct Prerequisites: Sendable {
  let account: Account
  let iam: IAM
  let logs: Logs
  let secrets: SecretsManager

  /// How long a new log group keeps its lines, in days.
  private static let logRetention = 90

  /// Looks for the task's roles. Roles grant access to data, so people make them.
  ///
  /// - Returns: notices about what could not be looked at.
  /// - Throws: `DeploymentError.missing`, naming every role that is not there.
  func checkRoles(of task: HubTask) async throws(DeploymentError) -> [Registration.Notice] {
    var notices: [Registration.Notice] = []
    var missing: [String] = []
    for role in Set([task.group.task.role, task.group.task.executionRole]).sorted() {
      let arn = account.roleARN(role)
      // A role of another account is not to be seen from here.
      guard arn.contains(":\(account.id):") else { continue }
      do throws(AWSError) {
        let name = arn.split(separator: "/").last.map(String.init) ?? role
        if try await iam.roleARN(named: name) == nil { missing.append(arn) }
      } catch {
        guard error.code == .accessDenied else { throw DeploymentError(error) }
        notices.append(.init(message: "whether the role \(arn) exists is not known: iam:GetRole is not allowed"))
      }
    }
    guard missing.isEmpty else {
      throw DeploymentError(
        code: .missing, message: "group \(task.group.name): no such role: \(missing.joined(separator: ", "))",
        hint: "Make it, with ecs-tasks.amazonaws.com in its trust policy, or correct 'task' in users.yaml.")
    }
    return notices
  }

  /// The ARN of the secret with the group's password hashes; nil when there is none.
  func secretARN(of task: HubTask) async throws(DeploymentError) -> String? {
    do { return try await secrets.arn(ofSecret: task.secretName) } catch { throw DeploymentError(error) }
  }

  /// Makes that secret without any hash: the hub starts, and nobody can log in yet.
  func makeSecret(of task: HubTask) async throws(DeploymentError) -> (arn: String, notice: Registration.Notice) {
    let name = task.secretName
    do throws(AWSError) {
      let arn = try await secrets.createSecret(
        named: name, description: "Password hashes of the group \(task.group.name): a line NAME:HASH for each user",
        value: "\n")
      return (
        arn,
        .init(
          message: "made the secret \(name) without any password: nobody can log in yet",
          hint: "Put a line NAME:HASH for each user into it (mkpasswd -m yescrypt makes hashes): "
            + "aws secretsmanager put-secret-value --secret-id \(name) --secret-string file://FILE")
      )
    } catch {
      guard error.code == .conflict, let arn = try await secretARN(of: task) else { throw DeploymentError(error) }
      return (arn, .init(message: "the secret \(name) was made by somebody else at the same time"))
    }
  }

  /// Makes the log group where there is none: without it no task starts.
  func ensureLogGroup(of task: HubTask) async throws(DeploymentError) -> [Registration.Notice] {
    do throws(AWSError) {
      let isNew = try await logs.ensureGroup(named: task.logGroup, keptFor: Self.logRetention)
      return isNew ? [.init(message: "made the log group \(task.logGroup), kept for \(Self.logRetention) days")] : []
    } catch {
      guard error.code == .accessDenied else { throw DeploymentError(error) }
      return [
        .init(
          message: "whether the log group \(task.logGroup) exists is not known: logs:CreateLogGroup is not allowed",
          hint: "Without it no task starts: aws logs create-log-group --log-group-name \(task.logGroup)")
      ]
    }
  }
}
