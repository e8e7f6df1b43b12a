import Testing

@testable import Recipes
@testable import Rosters

@Suite struct DebianPackagesTests {
  @Test(arguments: [("ggplot2", "r-cran-ggplot2"), ("data.table", "r-cran-data.table"), ("MASS", "r-cran-mass")])
  func rPackageHasThisName(_ name: String, _ package: String) {
    #expect(DebianPackages.name(ofRPackage: name) == package)
  }

  @Test func whatRItselfHasIsNotInstalled() {
    #expect(DebianPackages.name(ofRPackage: "grDevices") == nil)
  }

  @Test func rComesWithTheFirstPackageThatNeedsIt() {
    var roster = SampleRoster.roster
    roster.image.r = []
    #expect(DebianPackages(sharedIn: roster).names == [])
    roster.groups[1].r = ["DBI"]
    #expect(DebianPackages(sharedIn: roster).names == ["r-base-core", "r-cran-irkernel"])
    #expect(DebianPackages(of: roster.groups[0], in: roster).names == [])
    #expect(DebianPackages(of: roster.groups[1], in: roster).names == ["r-cran-dbi"])
  }

  @Test func nothingIsInstalledTwice() {
    var roster = SampleRoster.roster
    roster.image.apt = ["git", "git", "r-cran-dplyr"]
    roster.groups[0].apt = ["git", "curl"]
    roster.groups[0].r = ["ggplot2", "DBI", "dbi"]
    #expect(
      DebianPackages(sharedIn: roster).names == [
        "git", "r-cran-dplyr", "r-base-core", "r-cran-irkernel", "r-cran-ggplot2", "r-cran-devtools",
      ])
    #expect(DebianPackages(of: roster.groups[0], in: roster).names == ["curl", "r-cran-dbi"])
  }
}
