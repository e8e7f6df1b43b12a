import Builds
import Dockerfiles
import FoundationEssentials
import OCI
import Rosters

/// Checks Dockerfiles by the rules of `docs/checks.md`.
enum DockerfileCheck {
  /// Checks the file of a build.
  ///
  /// - Parameter allStages: whether stages are checked too that the build does not need, where no target is named.
  static func inspection(of request: BuildRequest, allStages: Bool) throws(DockerfileError) -> Inspection {
    var inputs = inputs(
      arguments: request.arguments, platform: request.platform, target: request.target,
      contexts: request.namedContexts)
    inputs.ignore = request.context.ignore
    inputs.checksAllStages = allStages
    return try Inspection(request.dockerfile, inputs)
  }

  /// Checks the file of a build that is about to be made, in the stages that it needs.
  ///
  /// - Throws: `Failure` with code `difference` for findings in a file that says `# check=error=true`.
  /// - Returns: what to tell when the build is done; empty when there are no findings.
  static func warnings(of request: BuildRequest) throws -> [String] {
    let inspection = try inspection(of: request, allStages: false)
    let findings = inspection.findings
    guard !findings.isEmpty else { return [] }
    let lines = findings.map { " - \($0.summary)" }
    let count = "\(findings.count) warning\(findings.count == 1 ? "" : "s") found"
    let file = request.dockerfile.source.file
    if inspection.options.failsBuild {
      throw Failure(
        .difference, (["\(file): \(count), and it says error=true"] + lines).joined(separator: "\n"),
        hint: "imagesmith build --check shows each with its lines; docs/checks.md explains the rules")
    }
    return ["\(file): \(count) (use --check to see the lines):"] + lines
  }

  /// Checks a group's file, and adds what is found to the report.
  ///
  /// - Throws: `Failure` when it cannot be read.
  static func check(
    _ group: Group, of project: Project, arguments: [String: String] = [:], into report: inout CheckReport
  ) throws {
    let folder = project.context(of: group)
    let (file, name) = ("\(folder)/Dockerfile", "images/\(group.name)/Dockerfile")
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
      throw Failure(.input, "\(name) is not there", hint: "write it with: imagesmith generate")
    }
    do {
      var inputs = inputs(arguments: arguments, platform: .host, target: nil)
      inputs.ignore = try BuildContext(directory: folder, dockerfile: file).ignore
      let dockerfile = try Dockerfile.parse(bytes: bytes, file: name)
      report.add(dockerfile, try Inspection(dockerfile, inputs))
    } catch let error as DockerfileError {
      report.add(error, file: name)
    }
  }

  /// What a build would be made with. Of bases those are known that were pulled before, and those made from packages.
  private static func inputs(
    arguments: [String: String], platform: Platform, target: String?, contexts: [String: NamedContext] = [:]
  ) -> CheckInputs {
    let bases = BaseCache(cache: Environment.cacheDirectory)
    return CheckInputs(
      buildArguments: arguments,
      platform: PredefinedArgs.platformValues(
        build: Platform.host.description, target: platform.description, stage: target),
      target: target
    ) { name in
      switch contexts[name] {
      case .bootstrap: return CheckInputs.Base(environment: [], platform: platform.description)
      case .some: return nil
      case nil:
        guard let config = try? bases.config(ofImage: name, platform) else { return nil }
        return CheckInputs.Base(environment: config.config?.env ?? [], platform: config.platform.description)
      }
    }
  }
}
