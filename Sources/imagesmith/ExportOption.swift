/// One `--output`: in which form an image is written, and where to.
struct ExportOption: Equatable {
  enum Form: String, CaseIterable {
    /// An OCI image layout, a folder.
    case oci
    /// An OCI image layout in a tar.
    case ociArchive = "oci-archive"
    /// What `docker load` reads.
    case docker
    /// The image's files, in a folder.
    case local
    /// The image's files, in a tar.
    case tar
  }

  var form: Form
  /// A path; `-` for stdout.
  var destination: String
  /// A name in the archive or layout; nil for the build's own.
  var name: String?

  var isStandardOutput: Bool { destination == "-" }

  /// Parses `type=TYPE,dest=PATH[,name=NAME]`, or a path alone: a folder for the image's files, or `-` for a tar of them.
  ///
  /// As docker has it, `type=oci,dest=FILE.tar` is an archive; other destinations are a folder unless `tar=true` is given.
  /// - Throws: `Failure` for what is not understood, or needs a destination and has none.
  static func parse(_ text: String) throws -> ExportOption {
    guard text.contains("=") else {
      return ExportOption(form: text == "-" ? .tar : .local, destination: text)
    }
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw misunderstood(text) }
      fields[parts[0].lowercased()] = parts[1]
    }
    for (key, value) in fields where !known.contains(key) {
      throw Failure(.usage, "--output \(text): '\(key)=\(value)' is not understood", hint: usage)
    }
    guard let type = fields["type"] else { throw misunderstood(text) }
    guard var form = Form(rawValue: type) else {
      throw Failure(
        .usage, "--output \(text): there is no type '\(type)'",
        hint: ["image", "registry"].contains(type)
          ? "build without it, then: imagesmith push"
          : "the types are \(Form.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let destination = fields["dest"] ?? (form == .tar ? "-" : nil), !destination.isEmpty else {
      throw Failure(.usage, "--output \(text) says not where to write", hint: usage)
    }
    if form == .oci, fields["tar"].map({ $0 == "true" }) ?? (destination == "-" || destination.hasSuffix(".tar")) {
      form = .ociArchive
    }
    let export = ExportOption(
      form: form, destination: destination == "/dev/stdout" ? "-" : destination,
      name: try fields["name"].map(TagName.parse))
    guard !export.isStandardOutput || ![.oci, .local].contains(form) else {
      throw Failure(.usage, "--output \(text): a folder cannot go to stdout", hint: usage)
    }
    return export
  }

  private static let known: Set<String> = ["type", "dest", "name", "tar"]
  private static let usage = "write --output type=oci,dest=PATH, or a folder for the image's files"

  private static func misunderstood(_ text: String) -> Failure {
    Failure(.usage, "--output \(text) is not understood", hint: usage)
  }
}
