import Native

/// Secrets that everybody has, as tests and documents of packages bring them: nothing is protected by them.
enum PublishedSecret {
  /// - Parameter bytes: the secret; of a private key its base64, without line breaks.
  static func contains(_ bytes: some Collection<UInt8>) -> Bool {
    guard let hash = try? SHA256.hash(Array(bytes)).hexadecimal else { return false }
    return digests.contains(hash)
  }

  /// SHA-256 of each, so that no other scanner finds them here.
  private static let digests: Set<String> = [
    // The public playground of MinIO, in the documentation of s3contents: the id of its key, and the secret.
    "1bbb9293c38acc5e510d904495845d532df64a9e5996b2ec7c86cc2e2ac33b5a",
    "df452eef23e8cf2c74af54c0c7419c05a5ec70ef4d5c2eb04082b02af8c55598",
    // Tests of R's openssl.
    "00e47f36e802402b3069431c82b5186995a31a826718a674c0e4ebd334ccd36d",
    "044147478811451cac2fd2297e15f05eacba340cdc9593d313609dcaedffd2c1",
    "13ea6f0c42bb822dda4d76b66c5594860341ba09d9fa53d6ae6f63d80eeaaca8",
    "1abe41c89843e96b9241556c061ba0f3a315042524a446ad42b5a29a1d9ef79f",
    "244958b68c7e42d4c43198b18c165bdab59dcb1f8f245abf4a182218404fbe94",
    "2bb13e2097e99bdf087191f3adad1ea5ff5d9bf7e7ec315f9c43fbc9952e4f9b",
    "30c1a1a6937618a82989d4da6a05c83ce0883a644750ae49d4f0beb74e4cc6fc",
    "30cfe8ffad6eb96b3f6f47e3b1c1a44274a954ab59c2c5cf187b28bb4acb67f8",
    "3684e1e416628499eb5c92693e63c7aa0bd2a20186bf93fbb662f8c281140959",
    "3f4fc14d4bd3460d12e3d79fcfae29147e4e344464a1deaebb1ddc1b94ac2d82",
    "47d2317402f8c15733c69017485c123b12374ce17bc8e15df3950d96eff62224",
    "82326bb2935aab55fa0672dcdcbc49aaf2a902c7d8987b8e429029d5296e8cd8",
    "836fe17559ae1463b3179e2ca23d3d87040bb71d17cd2886615cfede86627aac",
    "8eee387d1ea4ee3e364f01b9ba9a20cef03fbe963d89b6519d1abc896f08e62d",
    "afcd192bb2050d698b70bcf958ea551ccac135dea106740d3820f1e34eae7a58",
    "b2e45f31199461e8a8c293132a1a9b666997e47cb67199878c8f57f08f0008b2",
    "b679c24dff3ab8ca3e6c212130f4df8e5ef714ac71a7716a030b0cf5d6138fe5",
    "ca5bd60cac7e8ab5a5e3759e154bf37fdde86d5d4dcabfae827b09e718a51928",
    "cea1fa315b73fa0d1afc0bbf2421091612ecf7096a284761d3fc5b042e6c58cf",
    "d3027d3f235da1f6fab882b5f036d949a4d108528db713484eeb0d1dcae42213",
    "e1b016340511fb09e8e6bf4a443228d6ce6386a4ec315737339d60755c63b76c",
    "e33e1589133629382dac38863f63737baf7b621edf27e2b1a176085e08399f2f",
    "e94db3581ca04d6d606ded101b587f7792d8fcb5131ab39dbd62841f7bf26958",
    "f6731032e774a9c1cdba50d729c17045ad25a2c10ec95bb275da04689c0a08f1",
    "f6df05dca4fa8d3e3739b69cdd3a31ca9cdab80a388d94c9ace22bb31f4b587f",
    // Tests of R's gert.
    "080821cd84ec7b159b796c9e905ddb856adc3c7d59399141e3398d898fde1864",
    "587e5aa83ddca7944e56701dcc407e741ba0a34e9665147219aba846a4e32549",
    "7390aaca27599b1bd4336eb09cb98789b880a75717611b271303711ca3f9411c",
    "d27f5e8902e9231e24c1f15d311b35d079661a7b88dd031a657c55ad6f65a33e",
    // What GnuTLS tests itself with, within libgnutls.
    "0abce0c5fd3b863ee4d881dcc5382b334393868cef4c32e687d87ce334d456b8",
    "24a2416c5abbb67327599619c25906553b849d79cbc413e2a061f12de6718838",
    "30db3ea6d728b88c03c56388f64efb5bfe5e8d0ed3640482108ac79645304e6f",
    "518a21fe5a8a54f8f31d8913c3aa5be433ba94871630b3f85009c146bd3b844e",
    "6d03bbf47115fad00d6f990593a6465ca693d0f6d797721cfc94b0190349b50d",
    "8f642f0351e1761dd3f7d8934a2da0a5eacd7f8a2c0440d8e2bf58ff2a6e847d",
    "9ab6db67523ba6071fdb948b3ce38349ec08fb726f359abbbca33a3a84238ba2",
    "bbe1aa11658d78c055f3d4ea85c76fa05c5728b7ad033122f87ff5948b2a5123",
    "bf552d2ff30b20f0b0ee2bcc357a5ab68dbe899ae09a0071b097bee2d2434332",
    "c780c483da21d36753a9662fc03234d3fda795fe0bad451fbfa01dab43321ac5",
    "cadf1e62661d5d21a7fce2c80b3319022ee366137e4b302a7ea78b7f17d6f599",
    "f287c70b1db074fe73f73bfb1f09a8b0231e0d951d5bfd30a742bcb9de9195ab",
    // Tests of Tornado.
    "ee0fcbd6b7e5f26e20efb37bc0b5077cc5b0b4e593f86813fa1f6458aeb29d44",
    // The examples of the AWS CLI: aws iot create-provisioning-claim.
    "d95a591718eb908853f7b23185286ae0d747c645705f660a308af82a345dffe0",
  ]
}
