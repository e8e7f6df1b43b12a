import AWS
import FoundationEssentials
import Native

/// A task definition without what the order of its lists, or ECS's own additions, put into it: two definitions that do
/// the same have the same normal form.
///
/// Lists whose elements have a name become objects by that name. What ECS fills in where nothing was said is left out.
package struct NormalForm: Sendable, Equatable {
  let value: JSONValue

  /// What ECS adds to a definition and does not take.
  private static let additions: Set<String> = [
    "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy",
    "deregisteredAt", "deleteRequestedAt", "tags",
  ]

  /// What identifies an element of a list; with two keys, the second is all that there is to the element.
  private static let listKeys: [String: (key: String, value: String?)] = [
    "containerDefinitions": ("name", nil), "environment": ("name", "value"), "secrets": ("name", "valueFrom"),
    "secretOptions": ("name", "valueFrom"), "portMappings": ("containerPort", nil), "volumes": ("name", nil),
    "mountPoints": ("containerPath", nil), "ulimits": ("name", nil), "systemControls": ("namespace", "value"),
  ]

  /// What ECS says where nothing was said, by the list or object that it is in.
  private static let defaults: [String: [String: JSONValue]] = [
    "": ["enableFaultInjection": .boolean(false)],
    "containerDefinitions": [
      "cpu": .integer(0), "essential": .boolean(true), "privileged": .boolean(false),
      "readonlyRootFilesystem": .boolean(false), "interactive": .boolean(false), "pseudoTerminal": .boolean(false),
      "disableNetworking": .boolean(false),
    ],
    "portMappings": ["protocol": .string("tcp")],
    "healthCheck": ["interval": .integer(30), "timeout": .integer(5), "retries": .integer(3)],
  ]

  package init(_ definition: JSONValue) {
    guard case .object(let fields) = definition else {
      value = definition
      return
    }
    let own = fields.filter { !Self.additions.contains($0.key) }
    value = Self.normalize(.object(own), in: "") ?? .object([:])
  }

  package init(_ definition: TaskDefinition) throws(DeploymentError) {
    self.init(try definition.document())
  }

  /// Nil for what says nothing: null, an empty list, an empty object, a default.
  private static func normalize(_ value: JSONValue, in place: String) -> JSONValue? {
    switch value {
    case .null: return nil
    case .array(let elements): return normalize(elements, in: place)
    case .object(let fields):
      var kept: [String: JSONValue] = [:]
      for (key, field) in fields where defaults[place]?[key] != field {
        if let normal = normalize(field, in: key) { kept[key] = normal }
      }
      // With awsvpc the host's port is always the container's.
      if place == "portMappings", kept["hostPort"] == kept["containerPort"] { kept["hostPort"] = nil }
      return kept.isEmpty && place != "portMappings" ? nil : .object(kept)
    default: return value
    }
  }

  private static func normalize(_ elements: [JSONValue], in place: String) -> JSONValue? {
    guard !elements.isEmpty else { return nil }
    guard let (key, only) = listKeys[place] else {
      // Their order says nothing.
      if place == "requiresCompatibilities" {
        return .array(elements.sorted { ($0.text ?? "") < ($1.text ?? "") })
      }
      return .array(elements.map { normalize($0, in: "\(place)[]") ?? .null })
    }
    var named: [String: JSONValue] = [:]
    for element in elements {
      let name = element[key].map { $0.text ?? $0.integer.map(String.init) ?? "" } ?? ""
      named[name] = only.flatMap { element[$0] } ?? normalize(element, in: place) ?? .object([:])
    }
    return .object(named)
  }

  /// SHA-256 of the form, in hexadecimal: what a revision is tagged with.
  package func hash() throws(DeploymentError) -> String {
    do { return try value.hash() } catch { throw DeploymentError(error) }
  }
}

extension TaskDefinition {
  /// As JSON.
  package func document() throws(DeploymentError) -> JSONValue {
    do { return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(self)) } catch {
      throw DeploymentError(code: .invalid, message: "the task definition of \(family) cannot be written as JSON")
    }
  }
}
