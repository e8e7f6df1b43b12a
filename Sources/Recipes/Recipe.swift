import Rosters

/// How one group's image is made: a Dockerfile and the files of its build context, which `imagesmith generate` writes to
/// `images/<group>/`. The same roster gives the same bytes.
///
/// The Dockerfile begins with the same lines for every group, so that groups share all layers up to what users.yaml says
/// of one group alone; accounts come last, so that a change of people makes two small layers and no others.
package struct Recipe: Sendable, Equatable {
  /// The group's name.
  package let group: String
  /// Sorted by path.
  package let files: [RecipeFile]

  /// `lock` is the file that the roster's `image.python` names; nil when it names none.
  ///
  /// Throws an error of code `lock` when it is another file than that, and when the image would have no JupyterHub: without
  /// a lock file on a base made from packages, or with one that does not name it.
  package init(roster: Roster, group: Group, lock: PythonLock?) throws(RecipeError) {
    try Self.checkHub(roster: roster, lock: lock)
    let dockerfile = try Template(PackageResources.Dockerfile).filled(with: [
      "base": roster.base.reference,
      "bootstrap": roster.base.distribution,
      "image": roster.base.image,
      "packages": DebianPackages(sharedIn: roster).names.continuedLines,
      "python": lock?.path ?? "",
      "group": group.heading,
      "port": String(group.task.port),
      "group packages": DebianPackages(of: group, in: roster).names.continuedLines,
    ])
    let accounts = Accounts(of: group, in: roster)
    var files = [
      RecipeFile(path: "Dockerfile", bytes: Array(dockerfile.utf8)),
      RecipeFile(path: "accounts/group", bytes: Array(accounts.group.utf8)),
      RecipeFile(path: "accounts/passwd", bytes: Array(accounts.passwd.utf8)),
      RecipeFile(path: "accounts/shadow", bytes: Array(accounts.shadow.utf8)),
      RecipeFile(path: "files/apt-install", bytes: PackageResources.apt_install, mode: .executable),
      RecipeFile(path: "files/entrypoint", bytes: PackageResources.entrypoint, mode: .executable),
      RecipeFile(path: "files/jupyter_server_config.py", bytes: PackageResources.jupyter_server_config_py),
      RecipeFile(path: "files/jupyterhub_config.py", bytes: PackageResources.jupyterhub_config_py),
      RecipeFile(path: "files/pam-jupyterhub", bytes: PackageResources.pam_jupyterhub),
    ]
    if let lock {
      files.append(RecipeFile(path: "files/requirements.lock", bytes: lock.bytes))
    }
    self.group = group.name
    self.files = files
  }

  private static func checkHub(roster: Roster, lock: PythonLock?) throws(RecipeError) {
    guard lock?.path == roster.image.python else {
      throw RecipeError(
        code: .lock,
        message:
          "users.yaml names \(roster.image.python ?? "no file") as image.python, given is \(lock?.path ?? "none")")
    }
    switch (roster.base, lock) {
    case (.bootstrap(let distribution, let suite, _), nil):
      throw RecipeError(
        code: .lock, message: "users.yaml: no image.python, and the base \(distribution)/\(suite) has no JupyterHub",
        hint: "name a hashed requirements file under image.python, or a base.image that has JupyterHub")
    case (.bootstrap, .some(let lock)) where !lock.packages.contains("jupyterhub"):
      throw RecipeError(
        code: .lock, message: "\(lock.path): jupyterhub is not in it",
        hint: "add jupyterhub, jupyterlab and s3contents to its source, and lock it again")
    default:
      break
    }
  }
}

extension Base {
  /// What `FROM` takes where the builder does not put a base of its own in its place.
  fileprivate var reference: String {
    switch self {
    case .bootstrap("debian", let suite, _): "docker.io/library/debian:\(suite)-slim"
    case .bootstrap(let distribution, let suite, _): "docker.io/library/\(distribution):\(suite)"
    case .image(let reference): reference
    }
  }

  /// The image's reference; empty for a base that is made from packages.
  fileprivate var image: String { if case .image(let reference) = self { reference } else { "" } }

  /// `debian/trixie`; empty for an image.
  fileprivate var distribution: String {
    switch self {
    case .bootstrap(let distribution, let suite, _): "\(distribution)/\(suite)"
    case .image: ""
    }
  }
}

extension Group {
  /// `The group pii: may read personal data`, on one line whatever the description holds.
  fileprivate var heading: String {
    let words = (description ?? "").split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
    return words.isEmpty ? "The group \(name)" : "The group \(name): \(words)"
  }
}

extension [String] {
  /// One name a line, in the shell's way, at the indentation that the Dockerfile's template uses.
  fileprivate var continuedLines: String { joined(separator: " \\\n        ") }
}
