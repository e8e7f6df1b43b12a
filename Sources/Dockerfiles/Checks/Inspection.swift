/// What checking a Dockerfile came to.
package struct Inspection: Sendable {
  /// In the order of the file.
  package let findings: [Finding]
  /// What would end a build before its first step, beside what the parser finds: a FROM that cannot be expanded, stages
  /// in a circle, a `${NAME:?message}`.
  package let error: DockerfileError?
  package let options: CheckOptions

  /// All rules, in the order in which Docker's reference has them; then those of this builder.
  package static var rules: [CheckRule] { checks.map { $0.rule } }

  private static let checks: [any Check.Type] = [
    StageNameCasing.self, FromAsCasing.self, NoEmptyContinuation.self, ConsistentInstructionCasing.self,
    DuplicateStageName.self, ReservedStageName.self, JSONArgsRecommended.self, MaintainerDeprecated.self,
    UndefinedArgInFrom.self, WorkdirRelativePath.self, UndefinedVar.self, MultipleInstructionsDisallowed.self,
    LegacyKeyValueFormat.self, InvalidBaseImagePlatform.self, RedundantTargetPlatform.self, SecretsUsedInArgOrEnv.self,
    InvalidDefaultArgInFrom.self, FromPlatformFlagConstDisallowed.self, CopyIgnoredFile.self,
    InvalidDefinitionDescription.self, ExposeProtoCasing.self, ExposeInvalidFormat.self, RecursiveOwnership.self,
    PackageCacheKept.self,
  ]

  /// Checks a Dockerfile by all rules that it does not skip.
  ///
  /// - Throws: `.syntax` for options of `# check=` that there are not.
  package init(_ dockerfile: Dockerfile, _ inputs: CheckInputs = CheckInputs()) throws(DockerfileError) {
    options = try CheckOptions(dockerfile, argument: inputs.buildArguments[CheckOptions.argument])
    let (subject, error) = CheckSubject.make(dockerfile, inputs)
    self.error = error
    var found: [Finding] = []
    for check in Self.checks where options.allows(check.rule) { found += check.findings(in: subject) }
    findings = found.enumerated().sorted { left, right in
      (left.element.lines.lowerBound, left.offset) < (right.element.lines.lowerBound, right.offset)
    }.map(\.element)
  }
}
