@testable import Rosters

extension RuleTests {
  static let users = [
    Change("uid: 2002", "uid: ¦2001", "uid 2001 is already ada's (line 24)", hint: "the next free uid is 2004"),
    Change(
      "uid: 2002", "uid: ¦999", "uid 999 is below 1000: those are the system's", hint: "the next free uid is 2004"),
    Change("uid: 2002", "uid: ¦0", "uid 0 is below 1000: those are the system's", hint: "the next free uid is 2004"),
    Change(
      "uid: 2002", "uid: ¦59990", "uid 59990 is above 59989: those are kept for the system",
      hint: "the next free uid is 2004"),
    Change(
      "uid: 2002", "uid: ¦65534", "uid 65534 is above 59989: those are kept for the system",
      hint: "the next free uid is 2004"),
    Change("uid: 2002", "uid: ¦99999999999999999999", "this uid is too large", hint: "the next free uid is 2004"),
    Change("uid: 2002", "uid: ¦-1", "users.bob.uid must be a whole number", hint: "digits only, without quotes"),
    Change("uid: 2002", #"uid: ¦"2002""#, "users.bob.uid must be a whole number", hint: "digits only, without quotes"),
    Change("uid: 2002", "uid: ¦0x7D2", "users.bob.uid must be a whole number", hint: "digits only, without quotes"),
    Change(
      "  bob:", "  ¦Bob.Ross:", #""Bob.Ross" cannot be a user name"#,
      hint: "a lowercase letter, then lowercase letters, digits, - and _; bob-ross would do"),
    Change(
      "  bob:", "  ¦1st:", #""1st" cannot be a user name"#,
      hint: "a lowercase letter, then lowercase letters, digits, - and _; st would do"),
    Change(
      "  bob:", "  ¦böb:", #""böb" cannot be a user name"#,
      hint: "a lowercase letter, then lowercase letters, digits, - and _; b-b would do"),
    Change(
      "  bob:", "  ¦abcdefghijklmnopqrstuvwxyz-abcdef:",
      #"the user name "abcdefghijklmnopqrstuvwxyz-abcdef" is too long"#, hint: "at most 32 characters"),
    Change("  bob:", "  ¦root:", #""root" is already a user or group of the system"#, hint: "choose another name"),
    Change("  bob:", "  ¦users:", #""users" is already a user or group of the system"#, hint: "choose another name"),
    Change(
      "  bob:", "  ¦systemd-oom:", #""systemd-oom" is already a user or group of the system"#,
      hint: "choose another name"),
    Change(
      "  bob:", "  ¦jupyter-users:", #""jupyter-users" is already a user or group of the system"#,
      hint: "choose another name"),
    Change(
      "name: Ada Lovelace", "name: ¦'Ada:Lovelace'", #""Ada:Lovelace" cannot stand in an account"#,
      hint: "one line without colons and commas"),
    Change(
      "name: Ada Lovelace", "name: ¦'Lovelace, Ada'", #""Lovelace, Ada" cannot stand in an account"#,
      hint: "one line without colons and commas"),
    Change(
      "name: Ada Lovelace", #"name: ¦"Ada\nroot""#, #""Ada?root" cannot stand in an account"#,
      hint: "one line without colons and commas"),
    Change("name: Ada Lovelace", "name: ¦''", "a name has 1 to 128 bytes", hint: "shorten it, or remove the line"),
  ]

  static let allowed = [
    Change("uid: 2002", "uid: 1000"),
    Change("aws:\n", "cache: {repository: lab/cache, tag: main-1.2_x, mounts: true}\naws:\n"),
    // The images' own: then nothing has to be mounted from one repository in another.
    Change("aws:\n", "cache: {repository: lab}\naws:\n"),
    Change("uid: 2002", "uid: 59989"),
    Change("  bob:", "  b:"),
    Change("  bob:", "  abcdefghijklmnopqrstuvwxyz-abcde:"),
    Change("  bob:", "  rooty:"),
    Change("  bob:", "  shadowfax:"),
    // A group is no Unix group: it may have a user's name.
    Change("  bob:", "  blue:"),
    Change("name: Ada Lovelace", "name: Ađa Ô'Lovelace 🦆"),
    Change("port: 8000", "port: 65535"),
    Change("cpu: 1 vCPU, memory: 2 GB", "cpu: .5 vCPU, memory: 4GB"),
    Change("cpu: 1 vCPU, memory: 2 GB", "cpu: 0.25vcpu, memory: 512 MB"),
    Change("cpu: 1 vCPU, memory: 2 GB", "cpu: 1024, memory: 8192"),
    Change("cpu: 1 vCPU, memory: 2 GB", "cpu: 16 vCPU, memory: 120 GB"),
    Change("cpu: 1 vCPU, memory: 2 GB", "cpu: 1 vCPU"),
    Change("execution_role: pull-b", "execution_role: lab-green-execution"),
    Change("role: role-b", "role: 'arn:aws-cn:iam::123456789012:role/teams/role-b'"),
    Change("data: [s3://lake/green/]", "data: [s3://lake/bluegreen/]"),
    Change("data: [s3://lake/green/]", "data: [s3://lake2/blue/]"),
    Change("data: [s3://lake/green/]", "data: [s3://lab-notebooks/work/green/in]"),
    Change("data: [s3://lake/green/]", "data: []"),
    Change("    data: [s3://lake/green/]\n", ""),
    Change("s3://lab-notebooks/work/{group}", "'s3://{group}-notebooks'"),
    Change("lab/{group}\n  tag: \"{version}\"", "lab\n  tag: \"{group}-{version}\""),
    Change("lab/{group}", "a1_b.c-d/{group}/x"),
    Change("bootstrap: debian/trixie", "image: oci:bases/trixie:latest"),
    Change("bootstrap: debian/trixie", "image: localhost:5000/team/base@sha256:\(String(repeating: "a", count: 64))"),
    Change("bootstrap: debian/trixie", "mirror: https://mirror.example:8080/debian/"),
    Change("bootstrap: debian/trixie", "bootstrap: debian/bookworm-backports"),
    Change("eu-west-1", "us-gov-west-1"),
    Change("apt: [git]", "apt: [g++, libstdc++-14-dev, python3.13]"),
    Change("r: [ggplot2]", "r: [data.table, R6]"),
    Change("compression: zstd", "compression: gzip"),
    Change("project: lab\n", "# the password: see the wiki, never write AKIA keys\nproject: lab\n"),
    Change("project: lab", "project: \"lab\"\r"),
    Change("may read the blue data", "'see *this* & that: all'"),
  ]
}
