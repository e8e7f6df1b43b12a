import Testing

@testable import Rosters

/// Each rule broken once: exactly one problem, at exactly the place that is marked with `¦`.
@Suite struct RuleTests {
  @Test(arguments: keys + registry + caches + bases + images + groups + tasks + places + users)
  func breaking(_ change: Change) throws {
    let (text, place) = try change.applied()
    let expected = try #require(place)
    #expect(
      Sample.problems(text) == [
        RosterProblem(line: expected.line, column: expected.column, message: change.message, hint: change.hint)
      ])
  }

  /// What lies just inside the rules.
  @Test(arguments: allowed)
  func keeping(_ change: Change) throws {
    #expect(Sample.problems(try change.applied().text) == [])
  }

  @Test func sampleHasNoProblem() throws {
    #expect(Sample.problems(try Sample.text()) == [])
  }
}

extension RuleTests {
  private static let long = String(repeating: "g", count: 33)

  static let keys = [
    Change("  region:", "  ¦regoin:", #"unknown key "regoin" in aws"#, hint: #"did you mean "region"?"#),
    Change("aws:\n", "¦awz: {}\naws:\n", #"unknown key "awz""#, hint: #"did you mean "aws"?"#),
    Change(
      "aws:\n", "¦colour: red\naws:\n", #"unknown key "colour""#,
      hint: "known here: project, aws, registry, cache, base, image, notebooks, secrets, groups, users"),
    Change("cpu: 1 vCPU", "¦cpus: 1 vCPU", #"unknown key "cpus" in groups.blue.task"#, hint: #"did you mean "cpu"?"#),
    Change(
      "image: {apt: [jq], r: [dplyr]}", "image: {¦python: x}", #"unknown key "python" in groups.blue.image"#,
      hint: "known here: apt, r"),
    Change("admin: true", "¦Admin: true", #"unknown key "Admin" in users.ada"#, hint: #"did you mean "admin"?"#),
    Change(
      "  region: eu-west-1", "  <<: {}\n".replacing("<<", with: "¦<<"), #"unknown key "<<" in aws"#,
      hint: "known here: region"),
    Change(
      "project: lab\n", "¦", #""project" is missing"#,
      hint: "a short name for all of this, such as project: jupyterhub"),
    Change("eve: {uid: 2003, ", "¦eve: {", #""eve" has no uid"#, hint: "the next free uid is 2003"),
    Change(
      "{uid: 2001, groups: [blue],", "¦{uid: 2001,", #"users.ada: "groups" is missing"#,
      hint: "the groups whose image has this account, such as groups: [research]"),
    Change("  region: eu-west-1", "  ¦region:", "aws.region has no value", hint: "give it one, or remove the line"),
    Change(
      "  region: eu-west-1", "  region: eu-west-1\n  ¦region: us-east-1", #""region" is already given on line 3"#,
      hint: "keep one of the two"),
    Change("project: lab", "project: ¦[lab]", "project must be text, not a list"),
    Change("  region: eu-west-1", "  ¦- eu-west-1", "aws must be keys and values, not a list"),
    Change("groups: [blue, green]", "groups: ¦blue", "users.bob.groups must be a list", hint: "write [blue]"),
    Change(
      "groups: [blue, green]", "groups: [blue, ¦{green: 1}]", "an item of users.bob.groups must be text, not a mapping"),
    Change("[blue, green]", "[blue, green, ¦~]", "an item of users.bob.groups must be text, not nothing"),
    Change(
      "admin: true", "admin: ¦yes", "users.ada.admin must be true or false",
      hint: "write true or false, without quotes"),
    Change(
      "admin: true", #"admin: ¦"true""#, "users.ada.admin must be true or false",
      hint: "write true or false, without quotes"),
    Change(
      "bob: {uid: 2002, groups: [blue, green]}", "¦bob:", #""bob" has neither uid nor groups"#,
      hint: "such as {uid: 2001, groups: [research]}"),
    Change(
      "bob: {uid: 2002, groups: [blue, green]}", "bob: ¦2002", "users.bob must be keys and values, not a single value"),
  ]

  static let registry = [
    Change(
      "lab/{group}", "¦lab/{grop}", #""lab/{grop}" holds a placeholder that is not known here"#,
      hint: "did you mean {group}? Known here: {group}"),
    Change(
      "lab/{group}", "¦lab/{group}-{version}", "a repository for each version would be made",
      hint: "put {version} into registry.tag"),
    Change(
      "lab/{group}", "¦lab", #"the groups' images would overwrite one another in "lab""#,
      hint: "put {group} into registry.repository or registry.tag"),
    Change(
      "lab/{group}", "¦Lab/{group}", #""Lab/{group}" cannot be a repository's name"#,
      hint: "lowercase words joined by single . _ - or /, without a host or tag, such as jupyterhub/{group}"),
    Change(
      "lab/{group}", "¦lab//{group}", #""lab//{group}" cannot be a repository's name"#,
      hint: "lowercase words joined by single . _ - or /, without a host or tag, such as jupyterhub/{group}"),
    Change(
      #""{version}""#, #"¦"{version}:x""#, #""{version}:x" cannot be a tag"#,
      hint: "letters, digits, _ . and -, at most 128 with a version of 40, such as {group}-{version}"),
    Change(
      #""{version}""#, #"¦"{commit}""#, #""{commit}" holds a placeholder that is not known here"#,
      hint: "known here: {group} and {version}"),
    Change("eu-west-1", "¦eu-west", #""eu-west" is not an AWS region"#, hint: "such as us-east-1"),
    Change(
      "project: lab", "project: ¦Lab", #""Lab" cannot be a project's name"#,
      hint: "lowercase letters and digits, with single hyphens between, beginning with a letter"),
  ]

  static let caches = [
    Change(
      "aws:\n", "cache: ¦{tag: main}\naws:\n", #"cache: "repository" is missing"#,
      hint: "such as cache: {repository: jupyterhub/cache}"),
    Change(
      "aws:\n", "cache: {repository: lab/cache, ¦ref: x}\naws:\n", #"unknown key "ref" in cache"#,
      hint: "known here: repository, tag, mounts"),
    Change(
      "aws:\n", "cache: {repository: ¦lab/cache:main}\naws:\n", #""lab/cache:main" cannot be a repository's name"#,
      hint: "lowercase words joined by single . _ - or /, without a host or tag, such as jupyterhub/{group}"),
    Change(
      "aws:\n", "cache: {repository: ¦'lab/{group}'}\naws:\n", "one cache serves all groups",
      hint: "a name without braces: layers that groups share are kept once"),
    Change(
      "aws:\n", "cache: {repository: lab/cache, tag: ¦'{version}'}\naws:\n",
      "the cache has the same tag whatever is built", hint: "a name without braces, such as main"),
    Change(
      "aws:\n", "cache: {repository: lab/cache, mounts: ¦yes}\naws:\n", "cache.mounts must be true or false",
      hint: "write true or false, without quotes"),
  ]

  private static let before = "groups:\n  blue:"
  private static func allow(_ item: String) -> String { "secrets: {allow: [{\(item)}]}\n\(before)" }
  private static let path = "path: /opt/**/examples/**"
  private static let reason = "reason: documentation of the AWS CLI"

  static let secrets = [
    Change(
      before, allow("rule: ¦aws-key-pear, \(path), \(reason)"), #""aws-key-pear" is no rule of docs/secrets.md"#,
      hint: #"did you mean "aws-key-pair"?"#),
    Change(
      before, allow("rule: private-key, path: ¦opt/x, \(reason)"), #""opt/x" is no place in an image"#,
      hint: "a path such as /opt/lib/**/examples/**, not all of them, or config.env.NAME"),
    Change(
      before, allow("rule: private-key, path: ¦/**, \(reason)"), #""/**" is no place in an image"#,
      hint: "a path such as /opt/lib/**/examples/**, not all of them, or config.env.NAME"),
    Change(
      before, allow("rule: private-key, \(path), reason: ¦test"), #""test" is no reason"#,
      hint: "say why it is no secret, for whoever reviews this file"),
    Change(
      before, "secrets: {allow: [¦{rule: private-key, \(path)}]}\n\(before)",
      #"an item of secrets.allow: "reason" is missing"#,
      hint: "why it is no secret, such as: documentation of the AWS CLI"),
    Change(
      before, "secrets: {allow: ¦private-key}\n\(before)", "secrets.allow must be a list, not a single value"),
    Change(
      before, "secrets: {allow: [¦private-key]}\n\(before)",
      "an item of secrets.allow must be keys and values, not a single value"),
    Change(
      before, allow("rule: private-key, \(path), \(reason), ¦file: x"),
      #"unknown key "file" in an item of secrets.allow"#,
      hint: "known here: rule, path, reason"),
  ]

  static let bases = [
    Change(
      "debian/trixie", "¦trixie", #""trixie" does not name a distribution and its suite"#, hint: "such as debian/trixie"
    ),
    Change(
      "debian/trixie", "¦arch/rolling", #"a base can be made of Debian only, not of "arch""#,
      hint: "such as debian/trixie; or use base.image"),
    Change(
      "  bootstrap: debian/trixie", "  ¦bootstrap: debian/trixie\n  image: debian:trixie",
      "base.bootstrap and base.image do not go together",
      hint: "the base is either made from packages or an image: keep one"),
    Change(
      "  bootstrap: debian/trixie", "  ¦mirror: http://mirror.example\n  image: debian:trixie",
      "base.mirror and base.image do not go together",
      hint: "the base is either made from packages or an image: keep one"),
    Change(
      "bootstrap: debian/trixie", "mirror: ¦ftp://mirror.example",
      #""ftp://mirror.example" is not the address of a package mirror"#,
      hint: "http:// or https://, a host and a path"),
    Change(
      "bootstrap: debian/trixie", "image: ¦Debian:Trixie:x", #""Debian:Trixie:x" is not an image"#,
      hint: "[HOST/]NAME[:TAG][@sha256:…], such as docker.io/library/debian:trixie-slim"),
    Change(
      "bootstrap: debian/trixie", "image: ¦debian@sha256:12", #""debian@sha256:12" is not an image"#,
      hint: "[HOST/]NAME[:TAG][@sha256:…], such as docker.io/library/debian:trixie-slim"),
    Change(
      "bootstrap: debian/trixie", "image: ¦'oci:'", #""oci:" does not name an OCI layout"#,
      hint: "oci:DIR or oci:DIR:TAG"),
  ]

  static let images = [
    Change("compression: zstd", "compression: ¦lz4", #""lz4" is not a compression"#, hint: "one of zstd, gzip"),
    Change(
      "apt: [git]", "apt: [git, ¦Git]", #""Git" is not the name of a Debian package"#,
      hint: "lowercase letters, digits, +, - and . such as libxml2-dev"),
    Change(
      "apt: [git]", "apt: [¦git=1]", #""git=1" is not the name of a Debian package"#,
      hint: "the name alone: the base decides the version"),
    Change("apt: [git]", "apt: [git, ¦git]", #""git" is already in this list"#, hint: "keep one of the two"),
    Change(
      "apt: [jq]", "apt: [¦'jq; id']", #""jq; id" is not the name of a Debian package"#,
      hint: "lowercase letters, digits, +, - and . such as libxml2-dev"),
    Change(
      "r: [ggplot2]", "r: [¦r-cran-ggplot2]", #""r-cran-ggplot2" is not the name of an R package"#,
      hint: "the name that CRAN has, such as ggplot2"),
    Change(
      "r: [dplyr]", "r: [¦2dplyr]", #""2dplyr" is not the name of an R package"#, hint: "letters, digits and dots"),
    Change(
      "python: images/requirements.lock", "python: ¦../requirements.lock",
      #""../requirements.lock" is not a path below the roster's folder"#, hint: "such as images/requirements.lock"),
    Change(
      "python: images/requirements.lock", "python: ¦/etc/passwd",
      #""/etc/passwd" is not a path below the roster's folder"#, hint: "such as images/requirements.lock"),
  ]

  static let groups = [
    Change(
      "  green:", "  ¦gre_en:", #""gre_en" cannot be a group's name"#,
      hint: "lowercase letters and digits, with single hyphens between, beginning with a letter"
    ).and("green]", "gre_en]", times: 2),
    Change(
      "  green:", "  ¦\(long):", #"the group's name "\#(long)" is too long"#, hint: "at most 32 characters"
    ).and("green]", "\(long)]", times: 2),
    Change(
      "  green:\n", "  ¦red: {}\n  green:\n", #"the group "red" has no users"#,
      hint: "add it to a user's groups, or remove it"),
    Change("[green]}", "[green, ¦blu]}", #"nobody defines the group "blu""#, hint: #"did you mean "blue"?"#),
    Change("[green]}", "[green, ¦violet]}", #"nobody defines the group "violet""#, hint: "the groups are blue, green"),
    Change("[green]}", "[green, ¦green]}", #""green" is already in this list"#, hint: "keep one of the two"),
    Change("groups: [green]}", "¦groups: []}", "users.eve is in no group", hint: "name at least one group"),
  ]
}
