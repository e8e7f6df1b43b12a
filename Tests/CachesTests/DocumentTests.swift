import Builds
import Foundation
import Layers
import OCI
import Testing

@testable import Caches

@Suite("What a cache knows")
struct DocumentTests {
  private let folder: TestFolder
  private let limits = CacheLimits(steps: 8, bytes: 1_000_000)

  init() throws { folder = try TestFolder() }

  private func document(_ steps: String...) throws -> CacheDocument {
    var machine = try Machine(folder, "other")
    for step in steps { try machine.does(step) }
    return try #require(CacheDocument().adding(machine.export, gone: [], limits: limits))
  }

  @Test("what is there already is nothing to write")
  func unchanged() throws {
    var machine = try Machine(folder, "a")
    try machine.does("RUN one")
    try machine.doesNothing("WORKDIR /")
    try machine.stands(on: "debian/trixie", "base")
    let document = try #require(CacheDocument().adding(machine.export, gone: [], limits: limits))
    #expect(document.content == machine.content)
    #expect(document.adding(machine.export, gone: [], limits: limits) == nil)
  }

  @Test("a step that two machines did keeps the first one's layer, or they would replace each other's for ever")
  func first() throws {
    var machine = try Machine(folder, "a")
    let first = try machine.does("RUN date", making: "monday")
    let document = try #require(CacheDocument().adding(machine.export, gone: [], limits: limits))
    var second = try Machine(folder, "b")
    let later = try second.does("RUN date", making: "tuesday")
    #expect(document.adding(second.export, gone: [], limits: limits) == nil)

    var export = second.export
    export.replacesSteps = true
    let replaced = try #require(document.adding(export, gone: [], limits: limits))
    #expect(replaced.steps.map(\.record) == [later])
    let mended = document.adding(second.export, gone: [try #require(first.layer).descriptor.digest], limits: limits)
    #expect(mended?.steps.map(\.record) == [later])
  }

  @Test("a base that was made anew replaces the old one, and only then")
  func bases() throws {
    var machine = try Machine(folder, "a")
    try machine.stands(on: "debian/trixie", "old")
    let document = try #require(CacheDocument().adding(machine.export, gone: [], limits: limits))
    var second = try Machine(folder, "b")
    try second.stands(on: "debian/trixie", "new")
    var export = second.export
    // What is seen of the new layer is of no use where its base is not known.
    #expect(document.adding(export, gone: [], limits: limits) == nil)
    export.replacesBases = true
    #expect(document.adding(export, gone: [], limits: limits)?.content == second.content)
  }

  @Test("the steps that were not exported for longest are forgotten, those of the build never")
  func forgetting() throws {
    var document = try document("RUN old")
    for number in 1...8 {
      var machine = try Machine(folder, "m\(number)")
      try machine.does("RUN \(number)")
      document = try #require(document.adding(machine.export, gone: [], limits: limits))
    }
    #expect(document.steps.map(\.record.instruction) == (1...8).reversed().map { "RUN \($0)" })
    var large = try Machine(folder, "large")
    for number in 10...20 { try large.does("RUN \(number)") }
    #expect(document.adding(large.export, gone: [], limits: limits)?.steps.count == 11)
  }

  @Test("layers count by their bytes, too")
  func bytes() throws {
    let document = try document("RUN small")
    var machine = try Machine(folder, "a")
    try machine.does("RUN large", making: String(repeating: "x", count: 900))
    let limits = CacheLimits(steps: 8, bytes: 1000)
    #expect(document.adding(machine.export, gone: [], limits: limits)?.content.names == ["RUN large"])
  }

  @Test("a build whose steps are about to be forgotten puts them in front")
  func sinking() throws {
    var machine = try Machine(folder, "a")
    try machine.does("RUN mine")
    var document = try #require(CacheDocument().adding(machine.export, gone: [], limits: limits))
    for number in 1...5 {
      document = document.absorbing(try self.document("RUN \(number)"))
      #expect(document.adding(machine.export, gone: [], limits: limits) == nil)
    }
    document = document.absorbing(try self.document("RUN 6"))
    let lifted = try #require(document.adding(machine.export, gone: [], limits: limits))
    #expect(lifted.steps.first?.record.instruction == "RUN mine")
    #expect(lifted.saysTheSame(as: document))
  }

  @Test("two writers come to the same, whoever takes in the other's")
  func absorbing() throws {
    let (one, other) = (try document("RUN 1", "RUN both"), try document("RUN 2", "RUN both"))
    let (left, right) = (one.absorbing(other), other.absorbing(one))
    #expect(left.content == right.content)
    #expect(left.covers(right) && right.covers(left) && left.covers(one) && !one.covers(left))
  }
}
