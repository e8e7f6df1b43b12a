import Testing

@testable import Recipes

@Suite struct TemplateTests {
  private func fill(_ text: String, _ values: [String: String]) throws(RecipeError) -> String {
    try Template(Array(text.utf8)).filled(with: values)
  }

  @Test func fillsPlacesAndLeavesTheRest() throws {
    #expect(try fill("a {{x}}{{y z}} ${x} }}\n", ["x": "1", "y z": "2"]) == "a 12 ${x} }}\n")
  }

  @Test func valuesAreNotFilledAgain() throws {
    #expect(try fill("{{x}}", ["x": "{{y}}", "y": "no"]) == "{{y}}")
  }

  @Test func sectionsAreShownWhenTheirValueIsNotEmpty() throws {
    let text = "a\n{{#x}}\nb {{x}}\n{{/x}}\nc\n"
    #expect(try fill(text, ["x": "1"]) == "a\nb 1\nc\n")
    #expect(try fill(text, ["x": ""]) == "a\nc\n")
  }

  @Test(arguments: [
    "{{y}}", "{{#y}}\n{{/y}}", "{{#x}}\n", "{{/x}}\n", "{{#x}}\n{{#x}}\n{{/x}}\n{{/x}}", "{{#x}}\n{{/y}}",
  ])
  func mistakesAreErrors(_ text: String) {
    let error = #expect(throws: RecipeError.self) { try fill(text, ["x": "1"]) }
    #expect(error?.code == .template)
  }
}
