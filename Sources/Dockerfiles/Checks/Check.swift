/// Looks for what a rule does not like.
protocol Check: SendableMetatype {
  static var rule: CheckRule { get }
  /// In any order.
  static func findings(in subject: CheckSubject) -> [Finding]
}
