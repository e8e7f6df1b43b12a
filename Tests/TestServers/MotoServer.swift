/// moto: a double of AWS's APIs.
package enum MotoServer {
  /// One that does not look at signatures, for all tests of a process; they keep apart by using different regions.
  package static let shared = Task { try start() }

  /// - Parameter checksSignatures: whether requests need the keys in the greeting (`accessKeyID`, `secretAccessKey`), of
  ///   a user who may use ECR only.
  package static func start(checksSignatures: Bool = false) throws -> PythonServer {
    try PythonServer(folder + "/moto_double.py", checksSignatures ? ["--check-signatures"] : [])
  }

  private static let folder = #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
}
