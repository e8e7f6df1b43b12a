/// The CPU and memory pairs that Fargate has on Linux (Amazon ECS Developer Guide, "Task CPU and memory").
enum FargateSize {
  /// One CPU value, in units of 1/1024 vCPU, and the memory that goes with it, in MiB.
  private struct Row {
    var cpu: Int
    var memory: [Int]
  }

  private static let rows = [
    Row(cpu: 256, memory: [512, 1024, 2048]),
    Row(cpu: 512, memory: Array(stride(from: 1024, through: 4096, by: 1024))),
    Row(cpu: 1024, memory: Array(stride(from: 2048, through: 8192, by: 1024))),
    Row(cpu: 2048, memory: Array(stride(from: 4096, through: 16384, by: 1024))),
    Row(cpu: 4096, memory: Array(stride(from: 8192, through: 30720, by: 1024))),
    Row(cpu: 8192, memory: Array(stride(from: 16384, through: 61440, by: 4096))),
    Row(cpu: 16384, memory: Array(stride(from: 32768, through: 122_880, by: 8192))),
  ]

  /// CPU units of `1 vCPU`, `.5 vCPU` or `1024`.
  static func cpu(_ text: String) throws(Flaw) -> Int {
    let sizes = "Fargate has .25, .5, 1, 2, 4, 8 and 16 vCPU"
    guard let units = amount(text, units: ["": 1, "vcpu": 1024]) else {
      throw Flaw("\(text.quoted) is not an amount of CPU", hint: "such as 1 vCPU or 1024; \(sizes)")
    }
    guard rows.contains(where: { $0.cpu == units }) else {
      let meant = units <= 16 && rows.contains { $0.cpu == units * 1024 }
      throw Flaw(
        "Fargate has no task with \(text.shown)\(text.contains { $0.isLetter } ? "" : " CPU units")",
        hint: meant ? "did you mean \(units) vCPU?" : sizes)
    }
    return units
  }

  /// MiB of `2 GB`, `512 MB` or `2048`. As in ECS, a GB is 1024 MiB.
  static func memory(_ text: String) throws(Flaw) -> Int {
    let units = ["": 1, "mb": 1, "mib": 1, "gb": 1024, "gib": 1024]
    guard let mebibytes = amount(text, units: units), mebibytes > 0 else {
      throw Flaw("\(text.quoted) is not an amount of memory", hint: "such as 2 GB, 512 MB or 2048 (MiB)")
    }
    return mebibytes
  }

  /// Throws unless Fargate has a task with that CPU (in units, a valid one) and that memory (in MiB).
  static func check(cpu: Int, memory: Int) throws(Flaw) {
    guard let row = rows.first(where: { $0.cpu == cpu }), !row.memory.contains(memory) else { return }
    throw Flaw(
      "Fargate has no task with \(vCPU(cpu)) and \(gigabytes(memory))",
      hint: "with \(vCPU(cpu)), memory is \(choices(row.memory))")
  }

  private static func choices(_ memory: [Int]) -> String {
    guard let first = memory.first, let last = memory.last, memory.count > 3 else {
      return memory.map(gigabytes).joined(separator: ", ")
    }
    return "\(gigabytes(first)) to \(gigabytes(last)) in steps of \(gigabytes(memory[1] - first))"
  }

  private static func vCPU(_ units: Int) -> String {
    switch units {
    case 256: ".25 vCPU"
    case 512: ".5 vCPU"
    default: "\(units / 1024) vCPU"
    }
  }

  private static func gigabytes(_ mebibytes: Int) -> String {
    mebibytes.isMultiple(of: 1024) ? "\(mebibytes / 1024) GB" : "\(mebibytes) MB"
  }

  /// A decimal number with one of the units (in any case, a space before it or not), as a whole multiple of one.
  private static func amount(_ text: String, units: [String: Int]) -> Int? {
    guard let match = text.wholeMatch(of: /([0-9]{0,6})(?:\.([0-9]{1,4}))? ?([A-Za-z]*)/),
      let unit = units[match.3.lowercased()], !match.1.isEmpty || match.2 != nil
    else { return nil }
    let whole = match.1.isEmpty ? 0 : Int(match.1) ?? 0
    let decimals = match.2.map(String.init) ?? ""
    let scale = decimals.reduce(1) { product, _ in product * 10 }
    let scaled = (whole * scale + (Int(decimals) ?? 0)) * unit
    return scaled.isMultiple(of: scale) ? scaled / scale : nil
  }
}
