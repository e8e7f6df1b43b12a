import Layers

/// A package that an image has, by the records of whatever installed it.
package struct InstalledPackage: Sendable, Hashable {
  package enum Manager: String, Sendable, CaseIterable {
    case dpkg
    case pip
    case r = "R"
  }

  package var manager: Manager
  /// With dpkg's architecture only where one name is installed for several.
  package var name: String
}

/// The packages that some files of an image tell of.
///
/// Source: dpkg(1), "/var/lib/dpkg/status"; Python's "Core metadata" and "Recording installed projects"; Writing R
/// Extensions, "The DESCRIPTION file".
package struct PackageList: Sendable, Equatable {
  package private(set) var versions: [InstalledPackage: String] = [:]

  /// - Parameter nodes: the files to look at; others are passed over.
  init(_ nodes: [(path: LayerPath, node: ImageTree.Node)], _ files: ImageFiles) {
    for (path, node) in nodes {
      guard let manager = Self.manager(of: path), let content = files.content(of: node) else { continue }
      add(String(decoding: content, as: UTF8.self), by: manager)
    }
  }

  init(_ text: String, by manager: InstalledPackage.Manager) { add(text, by: manager) }

  /// How much of a file is needed to know its packages; 0 for one that tells of none.
  static func bytesToKeep(of member: LayerMember) -> Int {
    switch manager(of: member.path) {
    case nil: 0
    case .dpkg: 32 << 20
    // The description that follows may be long.
    case .pip, .r: 16 << 10
    }
  }

  private static func manager(of path: LayerPath) -> InstalledPackage.Manager? {
    // Cheap first: an image has tens of thousands of files.
    let name = path.name
    if name == Array("METADATA".utf8) || name == Array("PKG-INFO".utf8) {
      let folder = path.parent?.name ?? []
      return folder.hasSuffix(".dist-info") || folder.hasSuffix(".egg-info") ? .pip : nil
    }
    if name == Array("DESCRIPTION".utf8) {
      return path.parent?.parent?.name.hasSuffix("library") ?? false ? .r : nil
    }
    if path.bytes == Array("var/lib/dpkg/status".utf8) { return .dpkg }
    // Images without dpkg itself keep a file a package.
    guard path.bytes.starts(with: Array("var/lib/dpkg/status.d/".utf8)) else { return nil }
    return name.hasSuffix(".md5sums") ? nil : .dpkg
  }

  private mutating func add(_ text: String, by manager: InstalledPackage.Manager) {
    var fields: [Substring: Substring] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        add(fields, by: manager)
        fields = [:]
        // After the first paragraph comes what people read.
        if manager == .pip { return }
      } else if line.first?.isWhitespace == false, let colon = line.firstIndex(of: ":") {
        let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
        if fields[line[..<colon]] == nil { fields[line[..<colon]] = value }
      }
    }
    add(fields, by: manager)
  }

  private mutating func add(_ fields: [Substring: Substring], by manager: InstalledPackage.Manager) {
    guard let name = fields[manager == .pip ? "Name" : "Package"], let version = fields["Version"] else { return }
    // What was removed but for its configuration stays in dpkg's list.
    if manager == .dpkg, let status = fields["Status"], !status.hasSuffix(" installed") { return }
    var package = InstalledPackage(manager: manager, name: String(name))
    if manager == .dpkg, versions[package] != nil, let architecture = fields["Architecture"] {
      package.name += ":\(architecture)"
    }
    versions[package] = String(version)
  }
}

/// A package whose version differs.
package struct PackageChange: Sendable, Equatable {
  package var package: InstalledPackage
  /// Nil where only the other image has it.
  package var before: String?
  package var after: String?

  /// By manager, then by name.
  static func between(_ one: PackageList, _ other: PackageList) -> [PackageChange] {
    let managers = InstalledPackage.Manager.allCases
    return Set(one.versions.keys).union(other.versions.keys)
      .map { PackageChange(package: $0, before: one.versions[$0], after: other.versions[$0]) }
      .filter { $0.before != $0.after }
      .sorted { left, right in
        let order = { (change: PackageChange) in managers.firstIndex(of: change.package.manager) ?? 0 }
        return (order(left), left.package.name) < (order(right), right.package.name)
      }
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
