@testable import Rosters

extension RuleTests {
  static let tasks = [
    Change(
      "memory: 2 GB", "memory: ¦1 GB", "Fargate has no task with 1 vCPU and 1 GB",
      hint: "with 1 vCPU, memory is 2 GB to 8 GB in steps of 1 GB"),
    Change(
      "memory: 2 GB", "memory: ¦9 GB", "Fargate has no task with 1 vCPU and 9 GB",
      hint: "with 1 vCPU, memory is 2 GB to 8 GB in steps of 1 GB"),
    Change(
      "cpu: 1 vCPU, memory: 2 GB", "cpu: .25 vCPU, memory: ¦3 GB", "Fargate has no task with .25 vCPU and 3 GB",
      hint: "with .25 vCPU, memory is 512 MB, 1 GB, 2 GB"),
    Change(
      "cpu: 1 vCPU, memory: 2 GB", "cpu: 8 vCPU, memory: ¦17 GB", "Fargate has no task with 8 vCPU and 17 GB",
      hint: "with 8 vCPU, memory is 16 GB to 60 GB in steps of 4 GB"),
    Change(
      "cpu: 1 vCPU, memory: 2 GB", "cpu: ¦4 vCPU", "Fargate has no task with 4 vCPU and 2 GB",
      hint: "with 4 vCPU, memory is 8 GB to 30 GB in steps of 1 GB"),
    Change(
      "cpu: 1 vCPU", "cpu: ¦3 vCPU", "Fargate has no task with 3 vCPU",
      hint: "Fargate has .25, .5, 1, 2, 4, 8 and 16 vCPU"),
    Change("cpu: 1 vCPU", "cpu: ¦1", "Fargate has no task with 1 CPU units", hint: "did you mean 1 vCPU?"),
    Change(
      "cpu: 1 vCPU", "cpu: ¦one", #""one" is not an amount of CPU"#,
      hint: "such as 1 vCPU or 1024; Fargate has .25, .5, 1, 2, 4, 8 and 16 vCPU"),
    Change(
      "cpu: 1 vCPU", "cpu: ¦0.3333 vCPU", #""0.3333 vCPU" is not an amount of CPU"#,
      hint: "such as 1 vCPU or 1024; Fargate has .25, .5, 1, 2, 4, 8 and 16 vCPU"),
    Change(
      "memory: 2 GB", "memory: ¦2 TB", #""2 TB" is not an amount of memory"#,
      hint: "such as 2 GB, 512 MB or 2048 (MiB)"),
    Change(
      "memory: 2 GB", "memory: ¦99999999999999999999", #""99999999999999999999" is not an amount of memory"#,
      hint: "such as 2 GB, 512 MB or 2048 (MiB)"),
    Change("port: 8000", "port: ¦0", "a port is from 1 to 65535"),
    Change("port: 8000", "port: ¦65536", "a port is from 1 to 65535"),
    Change("port: 8000", "port: ¦99999999999999999999", "a port is from 1 to 65535"),
    Change(
      "port: 8000", "port: ¦08000", "groups.blue.task.port must be a whole number",
      hint: "digits only, without quotes"),
    Change("port: 8000", "port: ¦8001", "port 8001 is used inside the container", hint: "such as 8000"),
    Change("port: 8000", "port: ¦8081", "port 8081 is used inside the container", hint: "such as 8000"),
    Change(
      "family: lab-b", "family: ¦lab.b", #""lab.b" cannot be a task definition's family"#,
      hint: "1 to 255 letters, digits, - and _"),
    Change(
      "role: role-b", "role: ¦role b", #""role b" is neither the name nor the ARN of a role"#,
      hint: "a name has 1 to 64 letters, digits and + = , . @ - _"),
    Change(
      "execution_role: pull-b", "execution_role: ¦arn:aws:iam::12:role/x",
      #""arn:aws:iam::12:role/x" is neither the name nor the ARN of a role"#,
      hint: "a name has 1 to 64 letters, digits and + = , . @ - _"),
    Change(
      "    data: [s3://lake/green/]", "    task: {family: ¦lab-b}", #"the task family "lab-b" is already blue's"#,
      hint: "each group has a task definition of its own"),
    Change(
      "    data: [s3://lake/green/]", "    task: {role: ¦role-b}", #"the role "role-b" is already blue's"#,
      hint: "with one role both groups could read the same data: give each its own"),
  ]

  static let places = [
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://lake/blue]", #""s3://lake/blue" is already blue's (line 18)"#,
      hint: "a group's data must lie apart from every other group's"),
    Change(
      "data: [s3://lake/green/]", "data: [s3://lake/green, ¦s3://lake/blue/old/]",
      #""s3://lake/blue/old" overlaps blue's "s3://lake/blue" (line 18)"#,
      hint: "a group's data must lie apart from every other group's"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://lake]", #""s3://lake" overlaps blue's "s3://lake/blue" (line 18)"#,
      hint: "a group's data must lie apart from every other group's"),
    Change(
      "data: [s3://lake/green/]", "data: [s3://lake/green, ¦s3://lake/green/]",
      #""s3://lake/green" is already in this list"#, hint: "keep one of the two"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://lab-notebooks/work/blue/]",
      #""s3://lab-notebooks/work/blue" overlaps the notebooks of blue (line 14)"#,
      hint: "a group's data must lie apart from other groups' notebooks"),
    Change(
      "s3://lab-notebooks/work/{group}", "¦s3://lab-notebooks/work",
      "all groups would keep their notebooks in one place",
      hint: "put {group} into it"),
    Change(
      "s3://lab-notebooks/work/{group}", "¦s3://lab-notebooks/{user}",
      #""s3://lab-notebooks/{user}" holds a placeholder that is not known here"#, hint: "known here: {group}"),
    Change(
      "data: [s3://lake/green/]", "data: [¦'s3://lake/{group}/']", #""s3://lake/{group}/" holds a placeholder"#,
      hint: "write the group's name here"),
    Change(
      "data: [s3://lake/green/]", "data: [¦lake/green]", #""lake/green" is not a place in S3"#,
      hint: "such as s3://bucket/prefix/"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://Lake/green]", #""Lake" cannot be a bucket's name"#,
      hint: "3 to 63 lowercase letters, digits, hyphens and single dots"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://10.0.0.1/green]", #""10.0.0.1" cannot be a bucket's name"#,
      hint: "3 to 63 lowercase letters, digits, hyphens and single dots"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://la..ke/green]", #""la..ke" cannot be a bucket's name"#,
      hint: "3 to 63 lowercase letters, digits, hyphens and single dots"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://lake/green/*]", #""s3://lake/green/*" has a wildcard"#,
      hint: "a prefix holds everything below it: end it before the wildcard"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://lake/x/../green]",
      #""s3://lake/x/../green" has a part that is . or .."#,
      hint: "S3 has no folders to go up: write the prefix out"),
    Change(
      "data: [s3://lake/green/]", "data: [¦s3://lake//green]",
      #""s3://lake//green" has an empty part between two slashes"#, hint: "one slash between parts"),
    Change(
      "data: [s3://lake/green/]", "data: [¦'s3://lake/gr en']", #""s3://lake/gr en" cannot be a prefix here"#,
      hint: "letters, digits and ! _ . - ' ( ) = + @ , : ~ with slashes between, at most 512"),
  ]
}
