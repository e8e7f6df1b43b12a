import FoundationEssentials

/// Any JSON, for files of which some fields are other programs'.
enum JSONField: Sendable, Equatable, Codable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONField])
  case object([String: JSONField])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONField].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONField].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// The fields of an object; nil for everything else.
  var fields: [String: JSONField]? {
    guard case .object(let fields) = self else { return nil }
    return fields
  }

  /// A string that says something; nil for everything else.
  var text: String? {
    guard case .string(let value) = self, !value.isEmpty else { return nil }
    return value
  }
}
