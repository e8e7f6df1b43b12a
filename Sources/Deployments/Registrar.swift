import AWS
import Native
import Rosters

/// Registers groups' task definitions, and leaves those alone that say already what they should.
package struct Registrar: Sendable {
  /// Tag of a revision: the hash of the normal form that it was registered with.
  static let hashTag = "imagesmith:hash"

  package let account: Account
  private let ecs: ECS
  private let prerequisites: Prerequisites

  /// - Parameter account: the caller's, twelve digits, with which names become ARNs; nil asks who the caller is.
  /// - Throws: `DeploymentError.aws`.
  package init(_ aws: AWSEnvironment, account: String? = nil) async throws(DeploymentError) {
    do throws(AWSError) {
      var id = account
      if id == nil { id = try await STS(aws.client(for: .sts)).callerIdentity().account }
      let own = Account(id: id ?? "", region: try aws.requiredRegion())
      self.account = own
      ecs = ECS(try aws.client(for: .ecs))
      prerequisites = Prerequisites(
        account: own, iam: IAM(try aws.client(for: .iam)), logs: Logs(try aws.client(for: .logs)),
        secrets: SecretsManager(try aws.client(for: .secretsManager)))
    } catch {
      throw DeploymentError(error)
    }
  }

  /// Makes sure that the newest revision of the group's family is the definition that the roster asks for.
  ///
  /// When it is, nothing is made. Else the roles are looked for first, if they are not those of the newest revision; then
  /// the secret and the log group are made where they are missing; the revision comes last, so that a failure leaves
  /// nothing that could not be used.
  ///
  /// - Parameter image: `HOST/REPOSITORY@sha256:...`.
  /// - Throws: `DeploymentError`.
  package func register(
    _ group: Group, of roster: Roster, image: String, on architecture: TaskDefinition.CPUArchitecture = .x86
  ) async throws(DeploymentError) -> Registration {
    let task = HubTask(group, of: roster)
    // Refuses what cannot be registered before anything is asked or made.
    var draft = try task.definition(image: image, secretARN: "", in: account, on: architecture)
    async let asked = Result { () async throws(DeploymentError) in try await prerequisites.secretARN(of: task) }
    let newest = try await newestRevision(of: draft.family)
    let knownSecret = try await asked.get()
    if let knownSecret {
      draft = try task.definition(image: image, secretARN: knownSecret, in: account, on: architecture)
    }
    if let newest, knownSecret != nil, try changes(from: newest, to: draft).isEmpty {
      return Registration(
        group: group.name, arn: newest.arn, isNew: false, previous: newest.arn, changes: [], notices: [])
    }
    var notices: [Registration.Notice] = []
    let roles = newest.map { [$0.definition["taskRoleArn"]?.text, $0.definition["executionRoleArn"]?.text] }
    if roles != [draft.taskRoleArn, draft.executionRoleArn] { notices = try await prerequisites.checkRoles(of: task) }
    var definition = draft
    if knownSecret == nil {
      let made = try await prerequisites.makeSecret(of: task)
      definition = try task.definition(image: image, secretARN: made.arn, in: account, on: architecture)
      notices.append(made.notice)
    }
    notices += try await prerequisites.ensureLogGroup(of: task)
    var changes: [FieldChange] = []
    if let newest { changes = try self.changes(from: newest, to: definition) }
    let registered = try await register(definition, tags: task.tags, after: newest)
    return Registration(
      group: group.name, arn: registered.arn, isNew: true, previous: newest?.arn, changes: changes,
      notices: notices)
  }

  /// What registering would change; nil when the family has no revision yet. Makes nothing.
  ///
  /// - Throws: `DeploymentError`.
  package func changes(
    _ group: Group, of roster: Roster, image: String, on architecture: TaskDefinition.CPUArchitecture = .x86
  ) async throws(DeploymentError) -> [FieldChange]? {
    let task = HubTask(group, of: roster)
    let secret = try await prerequisites.secretARN(of: task) ?? "(a new secret)"
    let definition = try task.definition(image: image, secretARN: secret, in: account, on: architecture)
    guard let newest = try await newestRevision(of: definition.family) else { return nil }
    return try changes(from: newest, to: definition)
  }

  private func changes(
    from revision: ECS.Revision, to definition: TaskDefinition
  ) throws(DeploymentError) -> [FieldChange] {
    let wanted = try NormalForm(definition)
    let changes = FieldChange.between(NormalForm(revision.definition), wanted)
    guard revision.tags[Self.hashTag] == (try wanted.hash()) else { return changes }
    // This very definition was registered as that revision. A field beyond it that ECS did not have when this was
    // written is a default that ECS has filled in since, and no reason for a new revision at each run.
    return changes.filter { $0.after != nil || DocumentedField.contains($0.path) }
  }

  private func newestRevision(of family: String) async throws(DeploymentError) -> ECS.Revision? {
    do { return try await ecs.newestRevision(of: family) } catch { throw DeploymentError(error) }
  }

  private func register(
    _ definition: TaskDefinition, tags: [String: String], after previous: ECS.Revision?
  ) async throws(DeploymentError) -> ECS.Revision {
    let hash = try NormalForm(definition).hash()
    var tags = tags
    tags[Self.hashTag] = hash
    let document = try definition.document()
    do throws(AWSError) { return try await ecs.register(document, tags: tags) } catch {
      // An answer that was lost may have been a success: a second request would make a second revision.
      if error.code == .unavailable, let newest = try? await newestRevision(of: definition.family),
        newest.arn != previous?.arn, newest.tags[Self.hashTag] == hash
      {
        return newest
      }
      var failure = DeploymentError(error)
      if error.code == .accessDenied {
        failure.hint =
          (error.hint ?? "") + " It also takes iam:PassRole on \(definition.taskRoleArn) and "
          + "\(definition.executionRoleArn), and ecs:TagResource."
      }
      throw failure
    }
  }
}

extension Result {
  /// What an asynchronous call comes to; `async let` alone would lose the type of its error.
  fileprivate init(_ body: () async throws(Failure) -> Success) async {
    do throws(Failure) { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
