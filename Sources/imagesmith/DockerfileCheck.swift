import Builds
import Dockerfiles
import Foundation
import OCI
import Rosters

/// Checks Dockerfiles by the rules of `docs/checks.md`.
enum DockerfileCheck {
  /// Checks the file of a build that is about to be made, in the stages that it needs.
  ///
  /// - Throws: `Failure` with code `difference` for findings in a file that says `# check=error=true`.
  /// - Returns: what to tell when the build is done; empty when there are no findings.
  static func warnings(of request: BuildRequest) throws -> [String] {
    var inputs = inputs(arguments: request.arguments, platform: request.platform, target: request.target)
    inputs.ignore = request.context.ignore
    inputs.checksAllStages = false
    let inspection = try Inspection(request.dockerfile, inputs)
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

  /// Checks a file with its build context, and adds what is found to the report.
  ///
  /// - Parameter name: what people call the file.
  /// - Throws: `Failure` when it cannot be read; `DockerfileError` for a bad pattern in `.dockerignore`.
  static func check(
    _ file: String, as name: String, context: String, inputs: CheckInputs, into report: inout CheckReport
  ) throws {
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
      throw Failure(.input, "\(name) cannot be read", hint: "name the Dockerfile: --file FILE")
    }
    var inputs = inputs
    inputs.ignore = try BuildContext(directory: context, dockerfile: file).ignore
    do throws(DockerfileError) {
      let dockerfile = try Dockerfile.parse(bytes: bytes, file: name)
      report.add(dockerfile, try Inspection(dockerfile, inputs))
    } catch {
      report.add(error, file: name)
    }
  }

  /// Checks a group's file.
  static func check(
    _ group: Group, of project: Project, arguments: [String: String] = [:], into report: inout CheckReport
  ) throws {
    let folder = project.context(of: group)
    try check(
      "\(folder)/Dockerfile", as: "images/\(group.name)/Dockerfile", context: folder,
      inputs: inputs(arguments: arguments, platform: .host, target: nil), into: &report)
  }

  /// What a build with these options would be made with. Of bases only those are known that were pulled before.
  static func inputs(arguments: [String: String], platform: Platform, target: String?) -> CheckInputs {
    let records = BaseRecords(directory: Environment.cacheDirectory + "/bases")
    return CheckInputs(
      buildArguments: arguments,
      platform: PredefinedArgs.platformValues(
        build: Platform.host.description, target: platform.description, stage: target),
      target: target
    ) { name in
      guard let reference = Reference(name), let config = try? records.config(of: reference, platform) else {
        return nil
      }
      return CheckInputs.Base(
        environment: config.config?.env ?? [], platform: config.platform.description)
    }
  }
}
