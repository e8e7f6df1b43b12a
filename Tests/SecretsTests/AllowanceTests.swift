import Testing

@testable import Secrets

struct AllowanceTests {}
