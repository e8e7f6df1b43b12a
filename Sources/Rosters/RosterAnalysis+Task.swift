extension RosterAnalysis {
  /// A group's task. What is not given: family and role `PROJECT-GROUP`, execution role `PROJECT-GROUP-execution`, 1 vCPU
  /// and 2 GB, port 8000.
  mutating func task(_ section: MappingReader?, prefix: String) -> TaskSettings {
    var task = TaskSettings(
      family: prefix, role: prefix, executionRole: "\(prefix)-execution", cpu: 1024, memory: 2048, port: 8000)
    guard let section else { return task }
    if let raw = section.text("family", &diagnostics) {
      _ = diagnostics.accept(raw) { (text) throws(Flaw) in try RoleName.checkFamily(text) }
      task.family = raw.value
    }
    if let raw = section.text("role", &diagnostics) {
      _ = diagnostics.accept(raw) { (text) throws(Flaw) in try RoleName.check(text) }
      task.role = raw.value
    }
    if let raw = section.text("execution_role", &diagnostics) {
      _ = diagnostics.accept(raw) { (text) throws(Flaw) in try RoleName.check(text) }
      task.executionRole = raw.value
    }
    size(section, &task)
    if let port = port(section) { task.port = port }
    return task
  }

  private mutating func size(_ section: MappingReader, _ task: inout TaskSettings) {
    let cpu = section.text("cpu", &diagnostics).map { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try FargateSize.cpu(text) }
    }
    let memory = section.text("memory", &diagnostics).map { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try FargateSize.memory(text) }
    }
    task.cpu = cpu.flatMap(\.self)?.value ?? task.cpu
    task.memory = memory.flatMap(\.self)?.value ?? task.memory
    // A pair of which one half was refused says nothing.
    if case .some(.none) = cpu { return }
    if case .some(.none) = memory { return }
    guard let position = memory.flatMap(\.self)?.position ?? cpu.flatMap(\.self)?.position else { return }
    do {
      try FargateSize.check(cpu: task.cpu, memory: task.memory)
    } catch {
      diagnostics.report(error, at: position)
    }
  }

  private mutating func port(_ section: MappingReader) -> Int? {
    guard let port = section.integer("port", &diagnostics) else { return nil }
    guard (1...65535).contains(port.value) else {
      diagnostics.report("a port is from 1 to 65535", at: port.position)
      return nil
    }
    // Where the hub and its proxy talk to each other inside the container.
    guard port.value != 8001, port.value != 8081 else {
      diagnostics.report("port \(port.value) is used inside the container", at: port.position, hint: "such as 8000")
      return nil
    }
    return port.value
  }
}
