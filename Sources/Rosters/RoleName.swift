/// The names of IAM roles and of task definition families.
enum RoleName {
  /// A role's name (IAM, `CreateRole`) or its ARN.
  static func check(_ text: String) throws(Flaw) {
    let isARN = text.wholeMatch(of: /arn:aws[a-z-]*:iam::[0-9]{12}:role\/(?:[!-~]+\/)?[A-Za-z0-9_+=,.@-]{1,64}/) != nil
    guard isARN || text.wholeMatch(of: /[A-Za-z0-9_+=,.@-]{1,64}/) != nil else {
      throw Flaw(
        "\(text.quoted) is neither the name nor the ARN of a role",
        hint: "a name has 1 to 64 letters, digits and + = , . @ - _")
    }
  }

  /// ECS, `RegisterTaskDefinition`, `family`.
  static func checkFamily(_ text: String) throws(Flaw) {
    guard text.wholeMatch(of: /[A-Za-z0-9_-]{1,255}/) != nil else {
      throw Flaw("\(text.quoted) cannot be a task definition's family", hint: "1 to 255 letters, digits, - and _")
    }
  }
}
