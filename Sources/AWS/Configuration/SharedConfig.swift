/// What `~/.aws/config` and `~/.aws/credentials` say, read as the AWS CLI reads them.
package struct SharedConfig: Sendable, Equatable {
  /// One profile of the config file, overlaid with the section of that name in the credentials file.
  package struct Profile: Sendable, Equatable {
    package var name: String
    /// Keys in lower case.
    package var values: [String: String] = [:]
    /// The keys of the section in the credentials file alone.
    package var credentialsFile: [String: String] = [:]
    /// The keys of the section in the config file alone.
    package var configFile: [String: String] = [:]
  }

  package private(set) var profiles: [String: Profile] = [:]
  /// `[services NAME]`: for each service, such as `ecr`, its settings.
  package private(set) var services: [String: [String: [String: String]]] = [:]
  /// `[sso-session NAME]`.
  package private(set) var ssoSessions: [String: [String: String]] = [:]
  package let configPath: String
  package let credentialsPath: String

  /// - Parameter readFile: the text of a file, or nil where there is none.
  /// - Throws: `AWSError.configuration`, naming file and line, for text that is no section, key or comment.
  package init(variables: [String: String], readFile: (String) -> String?) throws(AWSError) {
    // Without a home there are no files below it; a path that begins so is not to be found, and reads well in a hint.
    let home = variables["HOME"] ?? "~"
    configPath = Self.path(variables["AWS_CONFIG_FILE"], else: "config", home: home)
    credentialsPath = Self.path(variables["AWS_SHARED_CREDENTIALS_FILE"], else: "credentials", home: home)
    if let text = readFile(configPath) {
      for section in try INISection.parse(text, path: configPath) { add(configSection: section) }
    }
    if let text = readFile(credentialsPath) {
      for section in try INISection.parse(text, path: credentialsPath) {
        let values = section.values
        profiles[section.name, default: Profile(name: section.name)].credentialsFile = values
        profiles[section.name, default: Profile(name: section.name)].values.merge(values) { _, new in new }
      }
    }
  }

  private mutating func add(configSection section: INISection) {
    let words = section.name.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" && $0 != "'" } }
    guard words.count >= 2 else {
      if section.name == "default" { add(profile: "default", section.values) }
      return
    }
    let name = words[1...].joined(separator: " ")
    switch words[0] {
    case "profile": add(profile: name, section.values)
    case "services": services[name] = section.nested
    case "sso-session": ssoSessions[name] = section.values
    default: break
    }
  }

  private mutating func add(profile name: String, _ values: [String: String]) {
    profiles[name, default: Profile(name: name)].configFile.merge(values) { _, new in new }
    profiles[name, default: Profile(name: name)].values.merge(values) { _, new in new }
  }

  private static func path(_ given: String?, else file: String, home: String) -> String {
    guard let given, !given.isEmpty else { return "\(home)/.aws/\(file)" }
    return given.hasPrefix("~/") ? home + given.dropFirst() : given
  }
}
